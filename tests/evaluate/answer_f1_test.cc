#include "evaluate/answer_f1.h"

#include <gtest/gtest.h>

namespace at2 {
namespace {

TEST(FinalAnswerTest, IsWhatFollowsTheLastMarkInEitherCase) {
  EXPECT_EQ(final_answer("It is in Oslo.\n\nFinal answer: Oslo \n"), "Oslo");
  EXPECT_EQ(final_answer("Final answer: no. I mean: FINAL ANSWER:yes"), "yes");
  EXPECT_EQ(final_answer("**Final Answer:** 27 kilometres"), "** 27 kilometres");
  EXPECT_EQ(final_answer("Final answer: l\u00edne one\nline two"), "l\u00edne one\nline two");
}

TEST(FinalAnswerTest, ThereIsNoneWithoutTheMarkAndAnEmptyOneAfterABareMark) {
  EXPECT_EQ(final_answer("The final answer is Oslo."), std::nullopt);
  EXPECT_EQ(final_answer(""), std::nullopt);
  EXPECT_EQ(final_answer("Final answer:"), "");
  EXPECT_EQ(final_answer("Final answer: \t\u00a0\n"), "");
}

TEST(NormalizedAnswerTest, LosesCasePunctuationArticlesAndExtraSpace) {
  EXPECT_EQ(normalized_answer("  The  Lake, \"Sember\"!\n"), "lake sember");
  EXPECT_EQ(normalized_answer("A man and an ape in the Theatre"), "man and ape in theatre");
  EXPECT_EQ(normalized_answer("<answer>"), "answer");
  EXPECT_EQ(normalized_answer("the"), "");
}

TEST(NormalizedAnswerTest, PunctuationJoinsWordsBeforeArticlesAreSought) {
  EXPECT_EQ(normalized_answer("the-end"), "theend");
  EXPECT_EQ(normalized_answer("U.S.A."), "usa");
  EXPECT_EQ(normalized_answer("vitamin-a"), "vitamina");
}

TEST(NormalizedAnswerTest, OtherScriptsAndQuotesKeepTheirCharacters) {
  EXPECT_EQ(normalized_answer("\u00c9COLE The \u00c5"), "\u00e9cole \u00e5");
  // Curly quotes are not among the official script's punctuation, but end a word.
  EXPECT_EQ(normalized_answer("\u201cthe sea\u201d"), "\u201c sea\u201d");
}

void expect_score(const char* answer, const char* right, double f1, double exact_match) {
  const AnswerScore score = score_answer(answer, right);
  EXPECT_DOUBLE_EQ(score.f1, f1) << answer << " | " << right;
  EXPECT_EQ(score.exact_match, exact_match) << answer << " | " << right;
}

TEST(ScoreAnswerTest, F1IsTheHarmonicMeanOfTheSharesOfCommonWords) {
  expect_score("The heron.", "a heron", 1, 1);
  // 2 of 3 given words, 2 of 2 right ones: 2 * 2/3 * 1 / (5/3).
  expect_score("green, white flag", "white green", 0.8, 0);
  // 1 of 2 and 1 of 4: 2 * 1/2 * 1/4 / (3/4).
  expect_score("27 miles", "about 27 kilometres long", 1.0 / 3.0, 0);
  expect_score("Spain", "Portugal", 0, 0);
}

TEST(ScoreAnswerTest, AWordCountsAsOftenAsBothHaveIt) {
  // Two of three "new" are shared: 2/3 and 2/2.
  expect_score("new new new", "new new", 0.8, 0);
  expect_score("new", "new new new york", 0.4, 0);
}

TEST(ScoreAnswerTest, YesAndNoAreRightAsAWholeOrNotAtAll) {
  expect_score("Yes.", "yes", 1, 1);
  expect_score("no", "yes", 0, 0);
  // Without the rule these would share one word.
  expect_score("yes it is", "yes", 0, 0);
  expect_score("no", "no man's land", 0, 0);
  expect_score("noanswer", "noanswer here", 0, 0);
  expect_score("yes and no", "no and yes", 1, 0);
}

TEST(ScoreAnswerTest, AnEmptyAnswerScoresNothing) {
  expect_score("", "rope", 0, 0);
  expect_score("the", "rope", 0, 0);
  expect_score("", "the", 0, 1);
}

}  // namespace
}  // namespace at2
