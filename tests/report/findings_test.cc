#include "report/findings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "report/made_up_results.h"

namespace at2 {
namespace {

using ::testing::HasSubstr;

/// AT2, average attention and ESM (32) on sentences, with these differences to AT2.
RunResults results_with(const std::optional<Estimate>& lds, const std::optional<Estimate>& esm) {
  RunResults results;
  results.rows = {
      made_up_row("at2", "AT2", "sentence", made_up_estimate(0.61, 0.02), {}, {1, 0, 0.081}),
      made_up_row("average_attention", "Average attention", "sentence", made_up_estimate(0.4, 0.02), {}, {1, 0, 0.079}),
      made_up_row("esm_32", "ESM (32)", "sentence", made_up_estimate(0.5, 0.02), {}, {32, 0, 1.62})};
  results.rows[1].lds_over_at2 = lds;
  results.rows[2].lds_over_at2 = esm;
  return results;
}

std::vector<std::string> sentences_of(const RunResults& results) {
  std::vector<std::string> sentences;
  for (const Finding& finding : findings(results)) sentences.push_back(finding.sentence);
  return sentences;
}

TEST(FindingsTest, AClearDifferenceHasItsIntervalAndCount) {
  const RunResults results = results_with(Estimate{-0.21, 0.05, -0.32, -0.1, 40}, Estimate{0.06, 0.01, 0.04, 0.08, 40});
  EXPECT_THAT(
      sentences_of(results),
      ::testing::ElementsAre(
          "With sentence sources, AT2's LDS is 0.21 above average attention's (95 % interval 0.10 to 0.32, 40 "
          "examples).",
          "With sentence sources, AT2's LDS is below that of ESM (32) (by 0.06).",
          "Passes through the model to attribute one response to sentences: AT2 1 (81 ms), average attention 1 (79 ms) "
          "and ESM (32) 32 (1.6 s)."));
  EXPECT_EQ(findings(results).front().certainty, Certainty::clear);
}

TEST(FindingsTest, ADifferenceTheOtherWayIsBelow) {
  const auto sentence = sentences_of(results_with(Estimate{0.1, 0.02, 0.05, 0.15, 40}, std::nullopt)).front();
  EXPECT_THAT(sentence, HasSubstr("is 0.10 below average attention's (95 % interval 0.05 to 0.15, 40 examples)"));
}

TEST(FindingsTest, AnIntervalWithZeroIsNoDifference) {
  RunResults results = results_with(Estimate{-0.03, 0.05, -0.12, 0.06, 40}, Estimate{0.01, 0.05, -0.1, 0.1, 40});
  results.confidence = 0.9;
  EXPECT_EQ(
      sentences_of(results)[0],
      "With sentence sources, AT2's LDS and average attention's cannot be told apart: the difference is 0.03 (90 % "
      "interval -0.06 to 0.12, 40 examples).");
  EXPECT_EQ(findings(results)[0].certainty, Certainty::open);
  EXPECT_EQ(sentences_of(results)[1], "With sentence sources, AT2's LDS is not to be told from that of ESM (32).");
}

TEST(FindingsTest, FewExamplesAreNotEnoughToRank) {
  const RunResults results = results_with(Estimate{-0.21, 0.05, -0.32, -0.1, 9}, Estimate{0.06, 0.01, 0.04, 0.08, 9});
  const auto all = findings(results);
  ASSERT_EQ(all.size(), 2U) << "no other method is ranked either";
  EXPECT_EQ(
      all[0].sentence,
      "With sentence sources, AT2's LDS is 0.21 above average attention's on 9 examples: too few to rank methods, "
      "which takes 10 or more.");
  EXPECT_EQ(all[0].certainty, Certainty::too_few);
}

TEST(FindingsTest, DropsHaveTheirUnit) {
  RunResults results = results_with(std::nullopt, std::nullopt);
  results.rows[0].drop_by_k = {{1, made_up_estimate(2, 0.1)}, {5, made_up_estimate(9, 0.1)}};
  results.rows[1].drop_over_at2_by_k = {{1, made_up_estimate(-1, 0.1)}, {5, Estimate{-4.5, 1, -6.5, -2.5, 24}}};
  EXPECT_EQ(
      sentences_of(results)[0],
      "With sentence sources, AT2's top-5 drop is 4.5 nats above average attention's (95 % interval 2.5 to 6.5, 24 "
      "examples).");
}

TEST(FindingsTest, WithoutAt2NothingIsCompared) {
  RunResults results = results_with(std::nullopt, std::nullopt);
  results.rows.erase(results.rows.begin());
  EXPECT_EQ(sentences_of(results)[0],
            "With sentence sources, the highest mean LDS is that of ESM (32), 0.50 (95 % interval 0.46 to 0.54, 24 "
            "examples); AT2 was not evaluated, so no differences were tested.");
}

TEST(FindingsTest, At2AloneIsAFact) {
  RunResults results = results_with(std::nullopt, std::nullopt);
  results.rows.resize(1);
  EXPECT_THAT(sentences_of(results)[0], HasSubstr("AT2's LDS is 0.61"));
  EXPECT_THAT(sentences_of(results)[0], HasSubstr("no other method was evaluated"));
}

TEST(FindingsTest, PruningComparesWithTheWholeContext) {
  RunResults results;
  results.prune = made_up_prune();
  EXPECT_THAT(sentences_of(results).front(), HasSubstr("Answers from the whole context have an F1 of 0.41"));
  EXPECT_THAT(sentences_of(results).front(), HasSubstr("from what AT2 scores highest, at best, with 3 kept, 0.52"));
}

TEST(FindingsTest, AnEmptyRunHasNone) { EXPECT_TRUE(findings({}).empty()); }

}  // namespace
}  // namespace at2
