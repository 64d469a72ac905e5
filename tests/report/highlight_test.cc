#include "report/highlight.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/errors.h"
#include "report/made_up_results.h"

namespace at2 {
namespace {

using ::testing::DoubleEq;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(HighlightStrengthsTest, OnlyScoresAboveTheThresholdCount) {
  const std::vector<double> scores = {10, 2, 2.1, -30, 5};
  EXPECT_THAT(highlight_strengths(scores, 0.2), ElementsAre(1, 0, DoubleEq(0.21), 0, 0.5));
}

TEST(HighlightStrengthsTest, NothingStandsOutWithoutPositiveScores) {
  EXPECT_THAT(highlight_strengths(std::vector<double>{-1, 0, std::stod("nan")}, 0.2), Each(0.0));
}

TEST(HighlightPiecesTest, PiecesCoverTheText) {
  const std::string text = "aa bb cc";
  const auto pieces = highlight_pieces(text, std::vector<CharRange>{{0, 2}, {3, 5}}, std::vector<double>{0, 1});
  ASSERT_EQ(pieces.size(), 3U);
  EXPECT_EQ(pieces[0].range, (CharRange{0, 3}));
  EXPECT_FALSE(pieces[0].source);
  EXPECT_EQ(pieces[1].range, (CharRange{3, 5}));
  EXPECT_EQ(pieces[1].source, 1U);
  EXPECT_EQ(pieces[2].range, (CharRange{5, 8}));
}

TEST(HighlightPiecesTest, TheStrongestOfOverlappingSourcesWins) {
  const auto pieces = highlight_pieces("abcd", std::vector<CharRange>{{0, 3}, {1, 4}}, std::vector<double>{0.5, 0.9});
  ASSERT_EQ(pieces.size(), 2U);
  EXPECT_EQ(pieces[0].range, (CharRange{0, 1}));
  EXPECT_EQ(pieces[1].source, 1U);
}

TEST(HighlightPiecesTest, BordersDoNotSplitCharacters) {
  const std::string text = "a注b";  // the middle character takes bytes 1 to 3
  const auto pieces = highlight_pieces(text, std::vector<CharRange>{{0, 2}, {2, 5}}, std::vector<double>{0, 1});
  ASSERT_EQ(pieces.size(), 2U);
  EXPECT_EQ(pieces[0].range, (CharRange{0, 4}));
  EXPECT_EQ(pieces[1].range, (CharRange{4, 5}));
}

TEST(HighlightPiecesTest, RefusesSourcesOutsideOfTheText) {
  EXPECT_THROW((void)highlight_pieces("ab", std::vector<CharRange>{{0, 3}}, std::vector<double>{1}), ContractViolation);
}

/// The text with "[…]" where something is left out.
std::string elided(const std::string& text, const std::vector<double>& strengths, std::int64_t neighbours) {
  std::string result;
  for (const HighlightPiece& piece : elided_pieces(text, word_ranges(text), strengths, neighbours)) {
    const auto begin = static_cast<std::size_t>(piece.range.begin);
    result += piece.kind == HighlightPiece::Kind::left_out
                  ? std::string(kLeftOut)
                  : text.substr(begin, static_cast<std::size_t>(piece.range.size()));
  }
  return result;
}

const std::string kWords = "alpha bravo charlie delta echo foxtrot golf hotel india juliett";

TEST(ElidedPiecesTest, ShowsColouredSourcesAndTheirNeighbours) {
  EXPECT_EQ(elided(kWords, {0, 0, 0, 0, 0, 1, 0, 0, 0, 0}, 0), "[…] foxtrot[…]");
  EXPECT_EQ(elided(kWords, {0, 0, 0, 0, 0, 1, 0, 0, 0, 0}, 1), "[…] echo foxtrot golf[…]");
  EXPECT_EQ(elided(kWords, {0, 0, 0, 0, 1, 0, 0, 0, 0, 0}, 100), kWords);
}

TEST(ElidedPiecesTest, ShortGapsAreShown) {
  EXPECT_EQ(elided(kWords, {0, 0, 0, 1, 0, 1, 0, 0, 0, 0}, 0), "[…] delta echo foxtrot[…]");
  EXPECT_EQ(elided(kWords, {1, 0, 0, 0, 0, 0, 0, 0, 0, 0}, 0), "alpha[…]");
}

TEST(ElidedPiecesTest, NothingColouredShowsAll) { EXPECT_EQ(elided(kWords, std::vector<double>(10, 0), 2), kWords); }

TEST(ElidedPiecesTest, WordsAreNotCut) {
  const std::string text = "a first passage of words, unbelievable, and a last passage of words";
  const auto begin = static_cast<std::int64_t>(text.find("believ"));
  const auto pieces = elided_pieces(text, std::vector<CharRange>{{begin, begin + 6}}, std::vector<double>{1}, 0);
  ASSERT_EQ(pieces.size(), 5U);  // left out, "un", "believ", "able,", left out
  EXPECT_EQ(pieces[1].range, (CharRange{begin - 2, begin}));
  EXPECT_EQ(pieces[2].source, 0U);
  EXPECT_EQ(pieces[3].range, (CharRange{begin + 6, begin + 11}));
}

TEST(ElidedPiecesTest, PiecesCoverTheText) {
  std::int64_t end = 0;
  for (const HighlightPiece& piece :
       elided_pieces(kWords, word_ranges(kWords), std::vector<double>{0, 0, 0, 0, 0, 1, 0, 0, 0, 0}, 1)) {
    EXPECT_EQ(piece.range.begin, end);
    end = piece.range.end;
  }
  EXPECT_EQ(end, static_cast<std::int64_t>(kWords.size()));
}

TEST(HighlightedHtmlTest, MarksCarryStrengthAndScore) {
  const std::string html =
      highlighted_html("one two", std::vector<CharRange>{{0, 3}, {3, 7}}, std::vector<double>{0.1, 4}, 0.2);
  EXPECT_EQ(html, "one <mark style=\"--s:1.00\" title=\"score 4 (100 % of the largest)\">two</mark>");
}

TEST(HighlightedHtmlTest, HostileTextIsEscapedInsideAndOutsideOfMarks) {
  const std::string html =
      highlighted_html("<b>\"<script>", std::vector<CharRange>{{0, 3}, {4, 12}}, std::vector<double>{0, 1}, 0.2);
  EXPECT_THAT(html, HasSubstr("&lt;b&gt;&quot;<mark"));
  EXPECT_THAT(html, HasSubstr(">&lt;script&gt;</mark>"));
  EXPECT_THAT(html, Not(HasSubstr("<script")));
}

}  // namespace
}  // namespace at2
