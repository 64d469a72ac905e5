#include "report/cost_chart.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "report/made_up_results.h"
#include "report/markup_check.h"
#include "report/text_overlap.h"

namespace at2 {
namespace {

std::vector<CostPanel> panels() {
  std::vector<CostPanel> made = {{"token sources", {}}, {"sentence sources", {}}};
  for (CostPanel& panel : made) {
    for (const MethodRow& row : made_up_rows("token", 0)) {
      panel.points.push_back({row.method, row.forward_passes + 2 * row.backward_passes, *row.lds});
    }
  }
  return made;
}

TEST(CostChartTest, EveryMethodHasItsPointAndItsName) {
  const std::string svg = cost_chart(panels(), "t");
  EXPECT_EQ(markup_fault(svg), "");
  for (const MethodRow& row : made_up_rows("token", 0)) {
    EXPECT_EQ(count_of(svg, ">" + row.method + "</text>"), 2U) << row.method;
    EXPECT_EQ(count_of(svg, "<title>" + row.method + ": LDS"), 2U) << row.method;
  }
}

TEST(CostChartTest, NamesDoNotMeet) { EXPECT_EQ(text_fault(cost_chart(panels(), "t")), ""); }

TEST(CostChartTest, NamesOfEqualPointsDoNotMeet) {
  std::vector<CostPanel> equal = panels();
  for (CostPoint& point : equal[0].points) point.lds = made_up_estimate(0.5, 0.02);
  for (CostPoint& point : equal[0].points) point.passes = 1;
  EXPECT_EQ(text_fault(cost_chart(equal, "t")), "");
}

TEST(CostChartTest, PlaceFollowsTheLogarithmOfTheCost) {
  const auto x_of = [](double passes) {
    const std::string svg = cost_chart({{"p",
                                         {{"AT2", passes, made_up_estimate(0.5, 0.02)},
                                          {"ESM (32)", 1, made_up_estimate(0.5, 0.02)},
                                          {"ESM (64)", 5000, made_up_estimate(0.5, 0.02)}}}},
                                       "t");
    return std::stod(all_between(svg, "cx=\"", "\"").at(0));
  };
  EXPECT_NEAR(x_of(100) - x_of(10), x_of(1000) - x_of(100), 0.05);
}

}  // namespace
}  // namespace at2
