#include "report/figures.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "report/made_up_results.h"
#include "report/markup_check.h"
#include "report/text_overlap.h"

namespace at2 {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::vector<double> bar_widths(const std::string& svg) {
  std::vector<double> widths;
  for (const std::string& bar : all_between(svg, "<rect class=\"bar", ">")) {
    widths.push_back(std::stod(all_between(bar, " width=\"", "\"").at(0)));
  }
  return widths;
}

BarChart chart_of(const std::vector<std::optional<Estimate>>& values) {
  BarChart chart{"t", "x", {}};
  for (const auto& value : values) chart.bars.push_back(estimate_bar("AT2", value, 2));
  return chart;
}

TEST(BarChartTest, BarsScaleWithTheirValues) {
  const std::string svg = bar_chart(chart_of({made_up_estimate(2, 0.1), made_up_estimate(4, 0.1)}));
  EXPECT_EQ(markup_fault(svg), "");
  const auto widths = bar_widths(svg);
  ASSERT_EQ(widths.size(), 2U);
  EXPECT_GT(widths[0], 10);
  EXPECT_NEAR(widths[1], 2 * widths[0], 0.02);
}

TEST(BarChartTest, NegativeBarsEndAtZero) {
  const std::string svg = bar_chart(chart_of({made_up_estimate(-2, 0.1), made_up_estimate(2, 0.1)}));
  const auto widths = bar_widths(svg);
  ASSERT_EQ(widths.size(), 2U);
  EXPECT_NEAR(widths[0], widths[1], 0.02);
}

TEST(BarChartTest, UndefinedValueIsADashAndNoBar) {
  const std::string svg = bar_chart(chart_of({std::nullopt, made_up_estimate(1, 0.1)}));
  EXPECT_EQ(bar_widths(svg).size(), 1U);
  EXPECT_THAT(svg, HasSubstr(">–</text>"));
}

TEST(BarChartTest, WhiskersNeedAStandardError) {
  const Estimate single{1, std::nan(""), 1, 1, 1};
  EXPECT_THAT(bar_chart(chart_of({single})), Not(HasSubstr("whisker")));
  EXPECT_EQ(count_of(bar_chart(chart_of({made_up_estimate(1, 0.1)})), "whisker"), 3U);
}

TEST(BarChartTest, ChartWithoutAnyValueIsStillDrawn) {
  EXPECT_EQ(markup_fault(bar_chart(chart_of({std::nullopt}))), "");
  EXPECT_EQ(markup_fault(bar_chart({"<t>", "x&", {estimate_bar("<a&\"", Estimate{0, 0, 0, 0, 2}, 2)}})), "");
}

TEST(MetricChartTest, TakesTheRowsOfOneKindOfSource) {
  const BarChart chart = metric_chart(made_up_results(), "sentence", {5});
  ASSERT_EQ(chart.bars.size(), 4U);
  EXPECT_EQ(chart.bars[0].emphasis, Bar::Emphasis::strong);
  EXPECT_EQ(chart.bars[3].spread->value, 16.1);
  EXPECT_NEAR(chart.bars[3].spread->high, 17.3, 1e-12);
  EXPECT_FALSE(metric_chart(made_up_results(), "sentence", {}).bars[2].spread);
}

TEST(TimingChartTest, ShortTimesAreInMilliseconds) {
  const BarChart chart = timing_chart(made_up_timing(), "t");
  EXPECT_EQ(chart.axis_label, "time per response (ms); beside it × a forward pass");
  EXPECT_DOUBLE_EQ(chart.bars[1].spread->value, 236);
  EXPECT_DOUBLE_EQ(chart.bars[1].spread->low, 171);
  EXPECT_DOUBLE_EQ(chart.bars[1].spread->high, 342);
  EXPECT_EQ(chart.bars[3].beside, "41.2 ms · 0.37 ×");
}

TEST(TimingChartTest, TextsDoNotMeet) {
  EXPECT_EQ(text_fault(bar_chart(timing_chart(made_up_timing(), "Running time, DeepSeek-R1-Distill-Qwen-7B"))), "");
}

TEST(MetricChartTest, TextsDoNotMeet) {
  RunResults results = made_up_results();
  results.rows[0].method = "AT2 (task-specific), a long name";
  results.rows[0].lds = made_up_estimate(-1234.567, 1000);
  EXPECT_EQ(text_fault(bar_chart(metric_chart(results, "token", {}))), "");
}

TEST(TimingChartTest, LongTimesAreInSeconds) {
  TimingView timing = made_up_timing();
  timing.rows[1].high = 3.4;
  EXPECT_EQ(timing_chart(timing, "t").axis_label, "time per response (s); beside it × a forward pass");
  EXPECT_DOUBLE_EQ(timing_chart(timing, "t").bars[1].spread->high, 3.4);
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

TEST(ThetaHeatMapTest, FeaturesStandSideBySideUnderTheirNames) {
  const std::string svg = theta_heat_map({2, 1, {0.5F, 0.25F, -0.25F, 0.0F}, {"attention", "value_norm"}});
  EXPECT_EQ(markup_fault(svg), "");
  EXPECT_THAT(svg, HasSubstr("layer: attention, then value_norm"));
  EXPECT_THAT(svg, HasSubstr("<title>attention, layer 1, head 0: 0.25<"));
  EXPECT_THAT(svg, HasSubstr("<title>value_norm, layer 0, head 0: -0.25<"));
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

TEST(EstimateBarTest, ItsTitleNamesTheConfidence) {
  const Bar bar = estimate_bar("AT2", Estimate{0.5, 0.1, 0.25, 0.75, 12}, 2, 0.9);
  EXPECT_EQ(bar.title, "AT2: 0.50 ± 0.10 (90 % interval 0.25 to 0.75, 12 examples)");
}

}  // namespace
}  // namespace at2
