#include "report/lds_curve.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "report/made_up_lds.h"

namespace at2 {
namespace {

using ::testing::HasSubstr;

/// Two sizes of training set, each with and without a prior.
LdsGroup two_by_two() {
  LdsGroup group =
      lds_group_of({made_up_row("a100", 100, 0.3), made_up_row("p100", 100, 0.4), made_up_row("a400", 400, 0.5),
                    made_up_row("p400", 400, 0.6), made_up_method("average_attention", 0.35)});
  group.rows[1].trained->prior_strength = group.rows[3].trained->prior_strength = 1;
  return group;
}

TEST(LdsCurveTest, EstimatorsThatDifferInNothingElseAreOneCurve) {
  const LineChart chart = lds_curve(two_by_two(), Against::examples);
  ASSERT_EQ(chart.curves.size(), 2U);
  EXPECT_EQ(chart.curves[0].label, "no prior");
  EXPECT_EQ(chart.curves[1].label, "prior 1");
  EXPECT_EQ(chart.subtitle, "attention, 32 ablations each, 270 of 270 heads");
  ASSERT_EQ(chart.curves[1].points.size(), 2U);
  EXPECT_EQ(chart.curves[1].points[1].x, 400);
  EXPECT_EQ(chart.curves[1].points[1].value.mean, 0.6);
  ASSERT_EQ(chart.levels.size(), 1U);
  EXPECT_EQ(chart.levels[0].style.css_class, "m-average");
}

TEST(LdsCurveTest, StrengthsChosenFromTheSameOnesAreOneCurve) {
  LdsGroup group = two_by_two();
  for (const std::size_t row : {1U, 3U}) group.rows[row].trained->prior_candidates = {0.1, 1};
  group.rows[3].trained->prior_strength = 0.1;
  const LineChart chart = lds_curve(group, Against::examples);
  ASSERT_EQ(chart.curves.size(), 2U);
  EXPECT_EQ(chart.curves[1].label, "prior chosen");
  EXPECT_EQ(chart.curves[1].points.size(), 2U);
}

TEST(LdsCurveTest, AgainstOtherThingsTheNumberOfExamplesTellsCurvesApart) {
  LdsGroup group = two_by_two();
  for (const std::size_t row : {1U, 3U}) {
    group.rows[row].trained->prior_strength = 0;
    group.rows[row].trained->ablations = 8;
  }
  const LineChart chart = lds_curve(group, Against::ablations);
  ASSERT_EQ(chart.curves.size(), 2U);
  EXPECT_EQ(chart.curves[0].label, "100 training examples");
  EXPECT_EQ(chart.curves[0].points[1].x, 8);
  group.rows[0].trained->nonzero_heads = 7;
  EXPECT_EQ(lds_curve(group, Against::ablations).curves.size(), 3U);
  EXPECT_EQ(lds_curve(group, Against::heads).curves[0].points[0].x, 7);
}

TEST(LdsCurveTest, RowsWithoutAnLdsAreLeftOut) {
  LdsGroup group = two_by_two();
  group.rows[0].lds.reset();
  EXPECT_EQ(lds_curve(group, Against::examples).curves[1].points.size(), 1U);
}

TEST(LdsCurveTest, APointTellsItsEstimator) {
  EXPECT_EQ(lds_curve(two_by_two(), Against::examples).curves[0].points[1].title, "a400, 400 examples: 0.500 ± 0.020");
}

}  // namespace
}  // namespace at2
