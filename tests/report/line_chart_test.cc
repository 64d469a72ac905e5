#include "report/line_chart.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "report/made_up_results.h"
#include "report/markup_check.h"
#include "report/text_overlap.h"

namespace at2 {
namespace {

LineChart chart_of(const std::vector<double>& xs, std::size_t num_curves = 1) {
  LineChart chart;
  chart.title = "LDS by examples, HotpotQA, token sources";
  chart.subtitle = "attention, 32 ablations each";
  chart.x_label = "training examples";
  chart.y_label = "LDS";
  for (std::size_t curve = 0; curve < num_curves; ++curve) {
    chart.curves.push_back({"curve " + std::to_string(curve), {}});
    for (const double x : xs) {
      const double value = 0.3 + 0.02 * std::log(x) + 0.01 * static_cast<double>(curve);
      chart.curves.back().points.push_back({x, made_up_estimate(value, 0.02), "point"});
    }
  }
  chart.levels.push_back({"Average attention", made_up_estimate(0.25, 0.02), method_style("average_attention")});
  return chart;
}

std::vector<double> marker_places(const std::string& svg, const std::string& attribute) {
  std::vector<double> places;
  for (const std::string& circle : all_between(svg, "<circle class=\"mark", "</circle>")) {
    if (circle.find("<title>point") != std::string::npos) {
      places.push_back(std::stod(all_between(circle, attribute + "=\"", "\"").at(0)));
    }
  }
  return places;
}

TEST(LineChartTest, EveryPointHasAMarkerAndEveryLineALegend) {
  const std::string svg = line_chart(chart_of({10, 100, 1000}, 2));
  EXPECT_EQ(markup_fault(svg), "");
  EXPECT_EQ(count_of(svg, "<title>point</title>"), 6U);
  EXPECT_EQ(count_of(svg, ">curve 1</text>"), 1U);
  EXPECT_EQ(count_of(svg, ">Average attention: 0.250 ± 0.020</text>"), 1U);
  // Once in the plot and once in the legend.
  EXPECT_EQ(count_of(svg, "class=\"m-average line dashed\""), 2U);
}

TEST(LineChartTest, EqualRatiosAreEquallyFarApart) {
  const auto xs = marker_places(line_chart(chart_of({10, 100, 1000})), "cx");
  ASSERT_EQ(xs.size(), 3U);
  EXPECT_NEAR(xs[1] - xs[0], xs[2] - xs[1], 0.02);
  EXPECT_GT(xs[1] - xs[0], 100);
}

TEST(LineChartTest, LargerValuesStandHigher) {
  const auto ys = marker_places(line_chart(chart_of({10, 100, 1000})), "cy");
  EXPECT_GT(ys.at(0), ys.at(1));
  EXPECT_GT(ys.at(1), ys.at(2));
}

TEST(LineChartTest, TheLineGoesThroughTheMeanOfPointsAtOnePlace) {
  LineChart chart = chart_of({10, 1000});
  chart.curves[0].points[0].value = made_up_estimate(0.2, 0);
  chart.curves[0].points.push_back({10, made_up_estimate(0.4, 0), "point"});
  const std::string svg = line_chart(chart);
  const auto ys = marker_places(svg, "cy");
  const std::string start = all_between(svg, "class=\"m-at2 line\" points=\"", " ").at(0);
  EXPECT_NEAR(std::stod(start.substr(start.find(',') + 1)), (ys.at(0) + ys.at(2)) / 2, 0.02);
  EXPECT_EQ(ys.size(), 3U);
}

TEST(LineChartTest, ACurveDoesNotTakeTheColourOfALevel) {
  LineChart chart = chart_of({10, 100}, 8);
  const std::string svg = line_chart(chart);
  EXPECT_EQ(count_of(svg, "class=\"m-average line\""), 0U);
  chart.levels[0].style = method_style("at2");
  EXPECT_EQ(count_of(line_chart(chart), "class=\"m-at2 line\""), 0U);
}

TEST(LineChartTest, TextsDoNotMeet) {
  EXPECT_EQ(text_fault(line_chart(chart_of({10, 11, 12, 13, 14, 100, 110, 1000, 9000, 10000}, 5))), "");
  EXPECT_EQ(text_fault(line_chart(chart_of({100}))), "");
  LineChart longer = chart_of({1, 2}, 12);
  longer.subtitle = std::string(40, 'x') + " " + std::string(70, 'y') + " " + std::string(70, 'z');
  longer.curves[3].label = std::string(120, 'm');
  EXPECT_EQ(text_fault(line_chart(longer)), "");
}

TEST(LineChartTest, TheFirstAndTheLastPlaceAreLabelled) {
  const std::string svg = line_chart(chart_of({10, 11, 990, 1000}));
  EXPECT_EQ(count_of(svg, ">10</text>"), 1U);
  EXPECT_EQ(count_of(svg, ">1,000</text>"), 1U);
  EXPECT_EQ(count_of(svg, ">990</text>"), 0U);
}

}  // namespace
}  // namespace at2
