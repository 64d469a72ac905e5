#include "report/terminal.h"

#include <gtest/gtest.h>

#include <sstream>

#include "report/format.h"
#include "text/utf8.h"

namespace at2 {
namespace {

std::string wrapped(const std::string& text, std::int64_t width, const std::string& indent = "") {
  return wrap(std::vector<StyledText>{{text, {}}}, {width, indent, indent});
}

TEST(PrintableTest, ControlCharactersDoNotReachTheTerminal) {
  EXPECT_EQ(printable("a\033[31mb\a\tc\r\nd"), "a\uFFFD[31mb\uFFFD c\nd");
  EXPECT_EQ(printable("\u009b1m\u202eabc\u2066"), "\uFFFD1m\uFFFDabc\uFFFD")
      << "C1 controls and overrides of direction";
}

TEST(WrapTest, LinesEndAtBlanksAndFitTheWidth) {
  EXPECT_EQ(wrapped("one two three", 8), "one two\nthree\n");
  EXPECT_EQ(wrapped("one two three", 7), "one two\nthree\n") << "the blank at the end needs no room";
  EXPECT_EQ(wrapped("one two three", 13), "one two three\n");
}

TEST(WrapTest, WordsLongerThanALineAreCut) { EXPECT_EQ(wrapped("abcdefgh i", 3), "abc\ndef\ngh\ni\n"); }

TEST(WrapTest, WideCharactersAreNotCutInHalves) {
  EXPECT_EQ(wrapped("\u6771\u4eac\u90fd\u5e81", 5), "\u6771\u4eac\n\u90fd\u5e81\n");
}

TEST(WrapTest, CombiningCharactersStayWithTheirLetter) {
  EXPECT_EQ(wrapped("e\u0301e\u0301e\u0301", 2), "e\u0301e\u0301\ne\u0301\n");
}

TEST(WrapTest, NoWidthIsTooSmall) {
  for (const std::int64_t width : {-5, 0, 1}) EXPECT_EQ(wrapped("\u6771 ab", width), "\u6771\na\nb\n") << width;
}

TEST(WrapTest, LineBreaksAndEmptyLinesStay) { EXPECT_EQ(wrapped("a\n\nb", 10, "  "), "  a\n\n  b\n"); }

TEST(WrapTest, StylesEndWithTheLineAndGoOnInTheNext) {
  const std::vector<StyledText> text{{"a ", {}}, {"bb cc", "1"}, {" d", {}}};
  EXPECT_EQ(wrap(text, {4, "", ""}), "a \033[1mbb\033[0m\n\033[1mcc\033[0m d\n");
}

TEST(WrapTest, EveryLineFitsWhateverTheText) {
  const std::string text =
      "Der \u6771\u4eac-Turm, d\u00e9j\u00e0 vu, \u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627 e\u0301 "
      "supercalifragilistic\n\nend";
  for (std::int64_t width = 2; width < 60; ++width) {
    std::istringstream lines(wrapped(text, width));
    for (std::string line; std::getline(lines, line);)
      EXPECT_LE(display_width(line), static_cast<std::size_t>(width)) << line;
  }
}

TEST(StreamedWrapTest, PiecesBreakWhereTheWholeTextDoes) {
  const std::string text = "one two  three \u6771\u4eac\u90fd\u5e81 four\n\nfive sixseven e\u0301 eight";
  const std::u32string characters = decode_utf8(text);
  for (std::int64_t width = 10; width < 40; ++width) {
    for (std::size_t size = 1; size < 9; ++size) {
      StreamedWrap stream(width);
      std::string shown;
      for (std::size_t at = 0; at < characters.size(); at += size) {
        shown += stream.push(encode_utf8(characters.substr(at, size)));
      }
      shown += stream.finish() + "\n";
      std::istringstream lines(shown);
      for (std::string line; std::getline(lines, line);) {
        EXPECT_LE(display_width(line), static_cast<std::size_t>(width)) << line;
      }
      // Nothing but blanks and line breaks is lost or added.
      std::string left = shown;
      std::string right = text;
      for (std::string* words : {&left, &right})
        std::erase_if(*words, [](char byte) { return byte == ' ' || byte == '\n'; });
      EXPECT_EQ(left, right);
    }
  }
}

TEST(StreamedWrapTest, AWordIsShownWhenItIsComplete) {
  StreamedWrap stream(20);
  EXPECT_EQ(stream.push("one tw"), "one");
  EXPECT_EQ(stream.push("o"), "");
  EXPECT_EQ(stream.finish(), " two");
}

}  // namespace
}  // namespace at2
