#include "text/sentences.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "base/errors.h"

namespace at2 {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

/// Small parameters of our own: what each heuristic of Punkt needs, and no more.
class SentencesTest : public testing::Test {
 protected:
  SentencesTest()
      : folder_(testing::TempDir() + "punkt_" + testing::UnitTest::GetInstance()->current_test_info()->name()) {
    std::filesystem::create_directories(folder_);
    write("abbrev_types.txt", "dr\nst\n");
    write("collocations.tab", "##number##\tjanuary\n");
    write("sent_starters.txt", "he\n");
    // 2: upper case at a begin; 4: upper case inside; 16: lower case at a begin; 32: lower case inside
    write("ortho_context.tab", "house\t34\nsmith\t4\nrain\t48\n");
  }
  ~SentencesTest() override { std::filesystem::remove_all(folder_); }
  void write(const std::string& name, const std::string& text) const { std::ofstream(folder_ / name) << text; }
  std::vector<std::string> sentences(const std::string& text) const {
    std::vector<std::string> all;
    for (const CharRange& range : SentenceSplitter(folder_).split(text)) {
      all.push_back(text.substr(static_cast<std::size_t>(range.begin), static_cast<std::size_t>(range.size())));
    }
    return all;
  }
  const std::filesystem::path folder_;
};

TEST_F(SentencesTest, PeriodsEndSentencesExceptAfterAbbreviations) {
  EXPECT_THAT(sentences("We saw Dr. Smith today. It rained."), ElementsAre("We saw Dr. Smith today.", "It rained."));
}

TEST_F(SentencesTest, AnAbbreviationEndsASentenceBeforeAWordThatIsElseLowerCase) {
  EXPECT_THAT(sentences("On Main St. House by house."), ElementsAre("On Main St.", "House by house."));
}

TEST_F(SentencesTest, AnAbbreviationEndsASentenceBeforeAFrequentStarter) {
  EXPECT_THAT(sentences("On Main St. He ran."), ElementsAre("On Main St.", "He ran."));
}

TEST_F(SentencesTest, CollocationsKeepASentenceTogether) {
  EXPECT_THAT(sentences("Born on 5. January there. Gone."), ElementsAre("Born on 5. January there.", "Gone."));
}

TEST_F(SentencesTest, InitialsKeepANameTogether) {
  EXPECT_THAT(sentences("J. Smith ran."), ElementsAre("J. Smith ran."));
}

TEST_F(SentencesTest, ALowerCaseWordContinuesAfterANumber) {
  EXPECT_THAT(sentences("It was no. 3. house."), ElementsAre("It was no.", "3. house."));
}

TEST_F(SentencesTest, ClosingSignsBelongToTheSentenceBefore) {
  EXPECT_THAT(sentences("(It rained.) \"Yes.\" No."), ElementsAre("(It rained.)", "\"Yes.\"", "No."));
}

TEST_F(SentencesTest, LineEndsSplitAlways) {
  EXPECT_THAT(sentences("a\nb\r\nc\vd\fe\x1c"
                        "f\x1dg\x1eh\u0085i\u2028j\u2029k"),
              ElementsAre("a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k"));
}

TEST_F(SentencesTest, PiecesOfDigitsAndPunctuationAreLeftOut) {
  const std::string text = "Yes.\n2.\n \u00e9\n--- 12 ---";
  EXPECT_THAT(sentences(text), ElementsAre("Yes.", " \u00e9"));
  EXPECT_EQ(SentenceSplitter(folder_).split_all(text).size(), 4U);
}

TEST_F(SentencesTest, TextWithoutWordsHasNoSentences) {
  EXPECT_THAT(sentences(""), ElementsAre());
  EXPECT_THAT(sentences(" \n\t\n"), ElementsAre());
}

TEST_F(SentencesTest, MalformedUtf8IsAnError) {
  EXPECT_THAT([&] { sentences("ab\xff"); }, ThrowsMessage<UserError>(HasSubstr("byte 2")));
}

TEST_F(SentencesTest, BrokenParametersAreNamed) {
  const auto load = [&] { SentenceSplitter{folder_}; };
  write("ortho_context.tab", "house\t34\nsmith\tx\n");
  EXPECT_THAT(load, ThrowsMessage<UserError>(HasSubstr("ortho_context.tab:2")));
  write("collocations.tab", "lonely\n");
  EXPECT_THAT(load, ThrowsMessage<UserError>(HasSubstr("collocations.tab:1")));
  write("abbrev_types.txt", "");
  EXPECT_THAT(load, ThrowsMessage<UserError>(HasSubstr("abbrev_types.txt is empty")));
  std::filesystem::remove(folder_ / "abbrev_types.txt");
  EXPECT_THAT(load, ThrowsMessage<UserError>(HasSubstr("cannot be opened")));
}

TEST(SplitLinesTest, NoEmptyLineFollowsAFinalLineEnd) {
  EXPECT_THAT(split_lines("a\n\nb\n"), ElementsAre(CharRange{0, 1}, CharRange{2, 2}, CharRange{3, 4}));
  EXPECT_THAT(split_lines("\r\n"), ElementsAre(CharRange{0, 0}));
}

}  // namespace
}  // namespace at2
