#include "report/figures.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "report/made_up_results.h"
#include "report/markup_check.h"

namespace at2 {
namespace {

using ::testing::DoubleEq;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

std::vector<double> bar_widths(const std::string& svg) {
  std::vector<double> widths;
  for (const std::string& bar : all_between(svg, "<rect class=\"bar", ">")) {
    widths.push_back(std::stod(all_between(bar, " width=\"", "\"").at(0)));
  }
  return widths;
}

TEST(AxisTicksTest, AreRoundAndCoverTheRange) {
  EXPECT_THAT(axis_ticks(0, 0.7, 5), ElementsAre(0, DoubleEq(0.2), DoubleEq(0.4), DoubleEq(0.6), DoubleEq(0.8)));
  EXPECT_THAT(axis_ticks(-3, 12, 4), ElementsAre(-5, 0, 5, 10, 15));
}

TEST(BarChartTest, BarsScaleWithTheirValues) {
  const std::string svg = bar_chart({"t", "x", {{"a", made_up_estimate(2, 0.1)}, {"b", made_up_estimate(4, 0.1)}}});
  EXPECT_EQ(markup_fault(svg), "");
  const auto widths = bar_widths(svg);
  ASSERT_EQ(widths.size(), 2U);
  EXPECT_GT(widths[0], 10);
  EXPECT_NEAR(widths[1], 2 * widths[0], 0.02);
}

TEST(BarChartTest, NegativeBarsEndAtZero) {
  const std::string svg = bar_chart({"t", "x", {{"a", made_up_estimate(-2, 0.1)}, {"b", made_up_estimate(2, 0.1)}}});
  const auto widths = bar_widths(svg);
  ASSERT_EQ(widths.size(), 2U);
  EXPECT_NEAR(widths[0], widths[1], 0.02);
}

TEST(BarChartTest, UndefinedValueIsADashAndNoBar) {
  const std::string svg = bar_chart({"t", "x", {{"a", std::nullopt}, {"b", made_up_estimate(1, 0.1)}}});
  EXPECT_EQ(bar_widths(svg).size(), 1U);
  EXPECT_THAT(svg, HasSubstr(">–</text>"));
}

TEST(BarChartTest, WhiskersNeedAStandardError) {
  const Estimate single{1, std::nan(""), 1, 1, 1};
  EXPECT_THAT(bar_chart({"t", "x", {{"a", single}}}), Not(HasSubstr("whisker")));
  EXPECT_EQ(count_of(bar_chart({"t", "x", {{"a", made_up_estimate(1, 0.1)}}}), "whisker"), 3U);
}

TEST(BarChartTest, ChartWithoutAnyValueIsStillDrawn) {
  EXPECT_EQ(markup_fault(bar_chart({"t", "x", {{"a", std::nullopt}}})), "");
  EXPECT_EQ(markup_fault(bar_chart({"t", "x", {{"<a&\"", Estimate{0, 0, 0, 0, 2}}}})), "");
}

TEST(MetricChartTest, TakesTheRowsOfOneKindOfSource) {
  const BarChart chart = metric_chart(made_up_results(), "sentence", 5);
  ASSERT_EQ(chart.bars.size(), 4U);
  EXPECT_EQ(chart.bars[0].emphasis, Bar::Emphasis::strong);
  EXPECT_EQ(chart.bars[3].value->mean, 16.1);
  EXPECT_FALSE(metric_chart(made_up_results(), "sentence", std::nullopt).bars[2].value);
}

TEST(ThetaHeatMapTest, ColourFollowsSignAndSize) {
  const std::string svg = theta_heat_map({1, 3, {0.5F, -0.25F, 0.0F}});
  EXPECT_EQ(markup_fault(svg), "");
  EXPECT_THAT(svg, ::testing::ContainsRegex("cell positive\"[^>]*fill-opacity=\"1.000\"><title>layer 0, head 0: 0.5<"));
  EXPECT_THAT(svg, ::testing::ContainsRegex("cell negative\"[^>]*fill-opacity=\"0.500\"><title>layer 0, head 1"));
  EXPECT_THAT(svg, ::testing::ContainsRegex("cell positive\"[^>]*fill-opacity=\"0.000\"><title>layer 0, head 2"));
}

TEST(ThetaHeatMapTest, HasACellPerHead) {
  EXPECT_EQ(count_of(theta_heat_map(*made_up_results().theta), "<title>layer"), 270U);
  EXPECT_EQ(markup_fault(theta_heat_map({1, 1, {0.0F}})), "");
}

TEST(LossChartTest, FewStepsAndConstantLossAreDrawn) {
  EXPECT_EQ(markup_fault(loss_chart(std::vector<double>{-0.5})), "");
  const std::string svg = loss_chart(std::vector<double>(1000, -0.5));
  EXPECT_EQ(markup_fault(svg), "");
  EXPECT_THAT(svg, Not(HasSubstr("nan")));
}

TEST(StandaloneSvgTest, BringsItsOwnColours) {
  const std::string svg = standalone_svg(theta_heat_map(*made_up_results().theta));
  EXPECT_EQ(markup_fault(svg), "");
  EXPECT_THAT(svg, HasSubstr("<style>"));
  EXPECT_THAT(svg, HasSubstr("xmlns=\"http://www.w3.org/2000/svg\""));
}

}  // namespace
}  // namespace at2
