#include "report/grouped_bars.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/errors.h"
#include "report/made_up_results.h"
#include "report/markup_check.h"
#include "report/text_overlap.h"

namespace at2 {
namespace {

using ::testing::HasSubstr;

std::vector<double> bar_heights(const std::string& svg) {
  std::vector<double> heights;
  for (const std::string& bar : all_between(svg, "<rect class=\"bar m-", ">")) {
    if (bar.ends_with('/')) continue;  // of the legend: it has no title
    heights.push_back(std::stod(all_between(bar, " height=\"", "\"").at(0)));
  }
  return heights;
}

GroupedBarChart small_chart() {
  return {"t",
          {{"AT2", method_style("at2")}, {"ESM (32)", method_style("esm_32")}},
          {{"one", "LDS", {{"A", {made_up_estimate(0.4, 0.05), made_up_estimate(0.2, 0.05)}}}, 2},
           {"two", "LDS", {{"A", {made_up_estimate(0.8, 0.05), std::nullopt}}}, 2}},
          2};
}

TEST(GroupedBarChartTest, PanelsWithOneAxisShareItsScale) {
  const std::vector<double> heights = bar_heights(grouped_bar_chart(small_chart()));
  ASSERT_EQ(heights.size(), 3U);
  EXPECT_NEAR(heights[0], 2 * heights[1], 0.02);
  EXPECT_NEAR(heights[2], 2 * heights[0], 0.02);
}

TEST(GroupedBarChartTest, PanelsWithOtherAxesDoNot) {
  GroupedBarChart chart = small_chart();
  chart.panels[1].axis_label = "another";
  const std::vector<double> heights = bar_heights(grouped_bar_chart(chart));
  EXPECT_GT(heights[0], 0.6 * heights[2]);
}

TEST(GroupedBarChartTest, MissingValueIsADash) {
  EXPECT_EQ(count_of(grouped_bar_chart(small_chart()), ">–</text>"), 1U);
}

TEST(GroupedBarChartTest, NegativeBarHangsFromZero) {
  GroupedBarChart chart = small_chart();
  chart.panels[0].groups[0].values[1] = made_up_estimate(-0.4, 0.05);
  const std::vector<double> heights = bar_heights(grouped_bar_chart(chart));
  EXPECT_NEAR(heights[1], heights[0], 0.02);
}

TEST(GroupedBarChartTest, TextsAreEscaped) {
  GroupedBarChart chart = small_chart();
  chart.title = chart.series[0].label = chart.panels[0].title = chart.panels[0].groups[0].label = "<b> & \"c\"";
  const std::string svg = grouped_bar_chart(chart);
  EXPECT_EQ(markup_fault(svg), "");
  EXPECT_THAT(svg, HasSubstr("&lt;b&gt; &amp; &quot;c&quot;"));
}

/// Ten methods on models with long names.
GroupedBarChart large_chart(std::size_t num_models) {
  GroupedBarChart chart{"Evaluating context attributions", {}, {}, 2};
  for (const char* key : {"AT2 (task-specific)", "AT2 (general)", "Average attention", "Gradient L1", "Leave one out",
                          "ESM (32)", "ESM (64)", "ESM (128)", "ESM (256)", "ESM (1024)"}) {
    chart.series.push_back({key, method_style(key)});
  }
  for (const char* axis : {"top-5 drop (nats)", "top-5 drop (nats)", "LDS", "LDS"}) {
    BarPanel panel{"Panel with token sources", axis, {}, 2};
    for (std::size_t model = 0; model < num_models; ++model) {
      panel.groups.push_back({"DeepSeek-R1-Distill-Qwen-7B", {10, made_up_estimate(-1234.5, 1)}});
    }
    chart.panels.push_back(panel);
  }
  return chart;
}

TEST(GroupedBarChartTest, TextsDoNotMeetWithLongNamesAndManyMethods) {
  for (const std::size_t models : {1, 2, 3, 6}) {
    const std::string svg = grouped_bar_chart(large_chart(models));
    EXPECT_EQ(text_fault(svg), "") << models << " models";
    EXPECT_EQ(bar_heights(svg).size(), 40 * models);
  }
}

TEST(GroupedBarChartTest, PanelOfOneGroupHasRoomForItsTitle) {
  GroupedBarChart chart = small_chart();
  for (BarPanel& panel : chart.panels) panel.title = "Top-5 drop, sentence sources";
  EXPECT_EQ(text_fault(grouped_bar_chart(chart)), "");
}

TEST(GroupedBarChartTest, RefusesGroupsOfAnotherLength) {
  GroupedBarChart chart = small_chart();
  chart.panels[0].groups[0].values.pop_back();
  EXPECT_THROW((void)grouped_bar_chart(chart), ContractViolation);
}

}  // namespace
}  // namespace at2
