#include "app/score_rows.h"

#include <gtest/gtest.h>

#include <cmath>

namespace at2 {
namespace {

MeasuredExample measured(std::vector<std::optional<double>> lds_G, double drop, Cost cost = {}) {
  MeasuredExample example;
  example.lds_G = std::move(lds_G);
  example.drop_by_k[5] = drop;
  example.cost = cost;
  return example;
}

/// AT2 and average attention on three examples; the second target of the last has no LDS under average attention.
MeasuredKind two_methods() {
  MeasuredKind kind;
  kind.kind = SourceKind::sentence;
  kind.methods = {
      {"average_attention", "Average attention", {measured({0.1, 0.3}, 1), measured({0.5}, 3), measured({0.2, {}}, 2)}},
      {"at2", "AT2", {measured({0.4, 0.6}, 2), measured({0.5}, 5), measured({0.8, -0.9}, 8)}}};
  return kind;
}

TEST(ScoreRowsTest, AMeanIsOverTargetsThenOverExamples) {
  const auto rows = score_rows(two_methods(), {});
  ASSERT_EQ(rows.size(), 2U);
  // AT2: 0.5, 0.5, -0.05. Average attention: 0.2, 0.5, 0.2 (one target).
  EXPECT_NEAR(rows[1].lds->mean, 0.95 / 3, 1e-12);
  EXPECT_NEAR(rows[0].lds->mean, 0.3, 1e-12);
  EXPECT_NEAR(rows[0].lds->standard_error, 0.1, 1e-12);
  EXPECT_NEAR(rows[1].drop_by_k.at(5).mean, 5, 1e-12);
  EXPECT_NEAR(rows[1].drop_by_k.at(5).standard_error, std::sqrt(3.0), 1e-12);
  EXPECT_EQ(rows[0].sources, "sentence");
}

TEST(ScoreRowsTest, DifferencesToAt2ArePairedByTarget) {
  const auto rows = score_rows(two_methods(), {});
  // Per example 0.2 - 0.5, 0, and on the one target that both have 0.2 - 0.8.
  ASSERT_TRUE(rows[0].lds_over_at2);
  EXPECT_NEAR(rows[0].lds_over_at2->mean, -0.3, 1e-12);
  EXPECT_NEAR(rows[0].lds_over_at2->standard_error, 0.3 / std::sqrt(3.0), 1e-12);
  EXPECT_EQ(rows[0].lds_over_at2->count, 3);
  // Drops: 1 - 2, 3 - 5, 2 - 8: mean -3, variance 7.
  EXPECT_NEAR(rows[0].drop_over_at2_by_k.at(5).mean, -3, 1e-12);
  EXPECT_NEAR(rows[0].drop_over_at2_by_k.at(5).standard_error, std::sqrt(7.0 / 3), 1e-12);
  EXPECT_FALSE(rows[1].lds_over_at2) << "AT2 is not compared with itself";
  EXPECT_TRUE(rows[1].drop_over_at2_by_k.empty());
}

TEST(ScoreRowsTest, WithoutAt2TheBaselineIsAt2General) {
  MeasuredKind kind = two_methods();
  kind.methods[1].key = "at2_general";
  EXPECT_NEAR(score_rows(kind, {})[0].lds_over_at2->mean, -0.3, 1e-12);
  kind.methods.push_back(two_methods().methods[1]);
  for (MeasuredExample& example : kind.methods[2].examples) example.drop_by_k[5] += 10;
  const auto rows = score_rows(kind, {});
  EXPECT_NEAR(rows[0].drop_over_at2_by_k.at(5).mean, -13, 1e-12) << "AT2 itself, where it is there";
  EXPECT_NEAR(rows[1].drop_over_at2_by_k.at(5).mean, -10, 1e-12);
  kind.methods = {two_methods().methods[0]};
  EXPECT_FALSE(score_rows(kind, {})[0].lds_over_at2);
}

TEST(ScoreRowsTest, MaskErrorsOfExamplesCombineToThatOfTheirMean) {
  MeasuredKind kind = two_methods();
  kind.methods[0].examples[0].lds_mask_error = 0.3;
  kind.methods[0].examples[2].lds_mask_error = 0.4;
  EXPECT_NEAR(*score_rows(kind, {})[0].lds_mask_error, 0.25, 1e-12) << "two examples have one";
  EXPECT_FALSE(score_rows(kind, {})[1].lds_mask_error);
}

TEST(ScoreRowsTest, CostsAreMeansOverExamples) {
  MeasuredKind kind = two_methods();
  kind.methods[0].examples = {measured({0.1}, 1, {1, 2, 0.5}), measured({0.1}, 1, {1, 4, 1.5})};
  kind.methods.pop_back();
  const MethodRow row = score_rows(kind, {}).front();
  EXPECT_EQ(row.forward_passes, 1);
  EXPECT_EQ(row.backward_passes, 3);
  EXPECT_EQ(row.seconds, 1);
}

TEST(ScoreRowsTest, LessConfidenceGivesNarrowerIntervals) {
  const auto wide = score_rows(two_methods(), {2000, 0.95, 1});
  const auto narrow = score_rows(two_methods(), {2000, 0.5, 1});
  EXPECT_LT(wide[1].lds->low, narrow[1].lds->low);
  EXPECT_EQ(wide[1].lds->mean, narrow[1].lds->mean);
  EXPECT_LT(wide[0].lds_over_at2->low, narrow[0].lds_over_at2->low);
}

}  // namespace
}  // namespace at2
