#include "evaluate/statistics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "base/errors.h"

namespace at2 {
namespace {

using ::testing::ElementsAre;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

TEST(AverageRanksTest, TiesShareTheirAverage) {
  EXPECT_THAT(average_ranks(std::vector<double>{3, 1, 3, 2, 3}), ElementsAre(4, 1, 4, 2, 4));
  EXPECT_THAT(average_ranks(std::vector<double>{0.0, -0.0}), ElementsAre(1.5, 1.5));
  EXPECT_TRUE(average_ranks({}).empty());
}

TEST(SpearmanTest, InfinitiesHaveRanks) {
  const double infinity = std::numeric_limits<double>::infinity();
  EXPECT_DOUBLE_EQ(spearman(std::vector<double>{-infinity, 0, infinity}, std::vector<double>{1, 2, 3}), 1);
}

TEST(SpearmanTest, NanInputGivesNan) {
  EXPECT_TRUE(std::isnan(spearman(std::vector<double>{1, kNaN, 3}, std::vector<double>{1, 2, 3})));
}

TEST(PearsonTest, SurvivesHugeAndTinyValues) {
  const std::vector<double> huge = {1e300, 2e300, 3e300};
  const std::vector<double> tiny = {1e-300, 2e-300, 3e-300};
  EXPECT_NEAR(pearson(huge, tiny), 1, 1e-12);
}

TEST(PearsonTest, RefusesUnequalLengths) {
  EXPECT_THROW((void)pearson(std::vector<double>(3), std::vector<double>(2)), ContractViolation);
}

TEST(StandardErrorTest, OneValueHasNone) { EXPECT_TRUE(std::isnan(standard_error(std::vector<double>{2.0}))); }

TEST(QuantileTest, InterpolatesBetweenNeighbours) {
  const std::vector<double> sorted = {10, 20, 40};
  EXPECT_DOUBLE_EQ(quantile(sorted, 0), 10);
  EXPECT_DOUBLE_EQ(quantile(sorted, 0.25), 15);
  EXPECT_DOUBLE_EQ(quantile(sorted, 0.75), 30);
  EXPECT_DOUBLE_EQ(quantile(sorted, 1), 40);
}

TEST(BootstrapTest, EqualKeysGiveEqualIntervals) {
  const std::vector<double> values = {0.1, 0.5, 0.2, 0.9, 0.4, 0.7};
  const Interval first = bootstrap_interval(values, 500, RandomStream(1, "bootstrap"));
  const Interval again = bootstrap_interval(values, 500, RandomStream(1, "bootstrap"));
  const Interval other = bootstrap_interval(values, 500, RandomStream(2, "bootstrap"));
  EXPECT_EQ(first.low, again.low);
  EXPECT_EQ(first.high, again.high);
  EXPECT_NE(first.low, other.low);
}

TEST(BootstrapTest, IntervalHasTheNormalWidth) {
  std::vector<double> values;
  RandomStream stream(3, "values");
  for (int i = 0; i < 400; ++i) values.push_back(stream.uniform());
  const Interval interval = bootstrap_interval(values, 4000, RandomStream(4, "bootstrap"));
  const double half_width = 1.96 * standard_error(values);
  EXPECT_NEAR(interval.low, mean(values) - half_width, 0.1 * half_width);
  EXPECT_NEAR(interval.high, mean(values) + half_width, 0.1 * half_width);
}

TEST(BootstrapTest, OneValueIsItsOwnInterval) {
  const Interval interval = bootstrap_interval(std::vector<double>{0.25}, 10, RandomStream(1, "bootstrap"));
  EXPECT_EQ(interval.low, 0.25);
  EXPECT_EQ(interval.high, 0.25);
}

TEST(PairedBootstrapTest, SharedNoiseCancels) {
  std::vector<double> a;
  std::vector<double> b;
  RandomStream stream(5, "values");
  for (int i = 0; i < 50; ++i) {
    b.push_back(100 * stream.uniform());
    a.push_back(b.back() + 1 + 0.1 * stream.uniform());
  }
  const auto difference = paired_bootstrap(a, b, 1000, RandomStream(6, "bootstrap"));
  ASSERT_TRUE(difference);
  EXPECT_NEAR(difference->mean, 1.05, 0.02);
  EXPECT_GT(difference->low, 1);
  EXPECT_LT(difference->high, 1.1);
}

TEST(PairedBootstrapTest, IsTheMeanOfTheDifferencesWithTheirStandardError) {
  // Differences 1, 2, 6: mean 3, variance 7, standard error sqrt(7 / 3).
  const std::vector<double> a = {4, 7, 16};
  const std::vector<double> b = {3, 5, 10};
  const auto difference = paired_bootstrap(a, b, 100, RandomStream(1, "bootstrap"));
  ASSERT_TRUE(difference);
  EXPECT_DOUBLE_EQ(difference->mean, 3);
  EXPECT_DOUBLE_EQ(difference->standard_error, std::sqrt(7.0 / 3));
  EXPECT_EQ(difference->count, 3);
  EXPECT_FALSE(paired_bootstrap({}, {}, 100, RandomStream(1, "bootstrap")));
}

TEST(BootstrapTest, LessConfidenceGivesAnIntervalWithin) {
  const std::vector<double> values = {0.1, 0.5, 0.2, 0.9, 0.4, 0.7};
  const Interval wide = bootstrap_interval(values, 500, RandomStream(1, "bootstrap"));
  const Interval narrow = bootstrap_interval(values, 500, RandomStream(1, "bootstrap"), 0.5);
  EXPECT_LT(wide.low, narrow.low);
  EXPECT_GT(wide.high, narrow.high);
}

TEST(BootstrapTest, TwoValuesHaveTheIntervalOfTheirFourResamples) {
  // Means 0, 1/2, 1/2, 1 are equally likely: the middle half of them is 1/2, four fifths reach from 0 to 1.
  const std::vector<double> values = {0, 1};
  const Interval half = bootstrap_interval(values, 4000, RandomStream(1, "bootstrap"), 0.4);
  EXPECT_EQ(half.low, 0.5);
  EXPECT_EQ(half.high, 0.5);
  const Interval most = bootstrap_interval(values, 4000, RandomStream(1, "bootstrap"), 0.8);
  EXPECT_EQ(most.low, 0);
  EXPECT_EQ(most.high, 1);
}

TEST(EstimateTest, CountsAndBracketsTheMean) {
  const auto result = estimate(std::vector<double>{1, 2, 3, 6}, 200, RandomStream(1, "bootstrap"));
  ASSERT_TRUE(result);
  EXPECT_EQ(result->count, 4);
  EXPECT_DOUBLE_EQ(result->mean, 3);
  EXPECT_LT(result->low, 3);
  EXPECT_GT(result->high, 3);
  EXPECT_FALSE(estimate({}, 200, RandomStream(1, "bootstrap")));
}

TEST(MeansOfBothDefinedTest, TakeTheTargetsThatBothHave) {
  const std::vector<std::optional<double>> a = {0.5, std::nullopt, 1.5, 9};
  const std::vector<std::optional<double>> b = {0.25, 7, 0.75, std::nullopt};
  const auto means = means_of_both_defined(a, b);
  ASSERT_TRUE(means);
  EXPECT_DOUBLE_EQ(means->first, 1);
  EXPECT_DOUBLE_EQ(means->second, 0.5);
  EXPECT_FALSE(means_of_both_defined(std::vector<std::optional<double>>{1, std::nullopt},
                                     std::vector<std::optional<double>>{std::nullopt, 1}));
}

TEST(MeanOfDefinedTest, UndefinedTargetsAreLeftOut) {
  EXPECT_DOUBLE_EQ(*mean_of_defined(std::vector<std::optional<double>>{0.5, std::nullopt, 1.5}), 1);
  EXPECT_FALSE(mean_of_defined(std::vector<std::optional<double>>{std::nullopt}));
  EXPECT_FALSE(mean_of_defined({}));
}

}  // namespace
}  // namespace at2
