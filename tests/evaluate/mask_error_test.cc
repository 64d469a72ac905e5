#include "evaluate/mask_error.h"

#include <gtest/gtest.h>

#include <cmath>

#include "evaluate/statistics.h"

namespace at2 {
namespace {

/// Standard deviation of the mean Spearman correlation over all 27 ways to draw 3 of 3 masks, where it is defined.
double deviation_over_all_draws(const std::vector<std::vector<double>>& x_GM,
                                const std::vector<std::vector<double>>& y_GM) {
  std::vector<double> values;
  for (std::size_t draw = 0; draw < 27; ++draw) {
    std::vector<std::optional<double>> correlations;
    for (std::size_t g = 0; g < x_GM.size(); ++g) {
      std::vector<double> x;
      std::vector<double> y;
      for (const std::size_t mask : {draw % 3, draw / 3 % 3, draw / 9}) {
        x.push_back(x_GM[g][mask]);
        y.push_back(y_GM[g][mask]);
      }
      const double correlation = spearman(x, y);
      if (!std::isnan(correlation)) correlations.emplace_back(correlation);
    }
    if (const auto value = mean_of_defined(correlations)) values.push_back(*value);
  }
  double sum_of_squares = 0;
  for (const double value : values) sum_of_squares += (value - mean(values)) * (value - mean(values));
  return std::sqrt(sum_of_squares / static_cast<double>(values.size()));
}

TEST(LdsMaskErrorTest, IsTheDeviationOverResampledMasks) {
  // By hand: of the 27 draws 3 are constant. 6 are all three masks: 0.5. Each of the 3 pairs of masks is drawn in 6
  // ways: 12 give 1 (masks 1 and 2, 1 and 3), 6 give -1 (masks 2 and 3). Mean 0.375, mean of squares 0.8125.
  const double by_hand = std::sqrt(0.8125 - 0.375 * 0.375);
  EXPECT_NEAR(deviation_over_all_draws({{1, 2, 3}}, {{1, 3, 2}}), by_hand, 1e-12);
  const auto error = lds_mask_error({{1, 2, 3}}, {{1, 3, 2}}, 20000, RandomStream(1, "masks"));
  ASSERT_TRUE(error);
  EXPECT_NEAR(*error, by_hand, 0.01);
}

TEST(LdsMaskErrorTest, TargetsShareTheDrawnMasks) {
  // The second target is the reverse of the first: whatever is drawn, the mean of both is 0.
  const auto cancelled =
      lds_mask_error({{1, 2, 3, 4}, {4, 3, 2, 1}}, {{1, 3, 2, 4}, {1, 3, 2, 4}}, 500, RandomStream(1, "masks"));
  ASSERT_TRUE(cancelled);
  EXPECT_NEAR(*cancelled, 0, 1e-12);
  const std::vector<std::vector<double>> x = {{1, 2, 3}, {5, 4, 7}};
  const std::vector<std::vector<double>> y = {{1, 3, 2}, {1, 2, 9}};
  const auto error = lds_mask_error(x, y, 20000, RandomStream(2, "masks"));
  ASSERT_TRUE(error);
  EXPECT_NEAR(*error, deviation_over_all_draws(x, y), 0.01);
}

TEST(LdsMaskErrorTest, PerfectRankingsHaveNone) {
  const auto error = lds_mask_error({{1, 2, 3, 4, 5, 6}}, {{1, 2, 3, 4, 5, 6}}, 200, RandomStream(1, "masks"));
  ASSERT_TRUE(error);
  EXPECT_NEAR(*error, 0, 1e-12);
}

TEST(LdsMaskErrorTest, IsUndefinedForConstantMeasurements) {
  EXPECT_FALSE(lds_mask_error({{1, 2, 3}}, {{4, 4, 4}}, 100, RandomStream(1, "masks")));
}

TEST(LdsMaskErrorTest, EqualKeysGiveEqualErrors) {
  const auto error = [](std::uint64_t seed) {
    return *lds_mask_error({{1, 2, 3, 4}}, {{1, 3, 4, 2}}, 100, RandomStream(seed, "masks"));
  };
  EXPECT_EQ(error(1), error(1));
  EXPECT_NE(error(1), error(2));
}

TEST(ErrorOfMeanTest, AddsIndependentErrors) {
  EXPECT_DOUBLE_EQ(*error_of_mean(std::vector<double>{0.3, 0.4}), 0.25);
  EXPECT_FALSE(error_of_mean({}));
}

}  // namespace
}  // namespace at2
