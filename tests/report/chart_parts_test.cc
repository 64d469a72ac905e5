#include "report/chart_parts.h"

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

TEST(AxisTicksTest, AreRoundAndCoverTheRange) {
  EXPECT_THAT(axis_ticks(0, 0.7, 5), ElementsAre(0, DoubleEq(0.2), DoubleEq(0.4), DoubleEq(0.6), DoubleEq(0.8)));
  EXPECT_THAT(axis_ticks(-3, 12, 4), ElementsAre(-5, 0, 5, 10, 15));
}

TEST(LogTicksTest, SurroundTheRange) {
  EXPECT_THAT(log_ticks(0.8, 3), ElementsAre(DoubleEq(0.5), 1, 2, 5));
  EXPECT_THAT(log_ticks(0.8, 300), ElementsAre(DoubleEq(0.5), 1, 10, 100, DoubleEq(500)));
  EXPECT_THAT(log_ticks(1, 1), ElementsAre(1, 2));
}

TEST(AxisTest, LogarithmicAxisGivesDecadesEqualLengths) {
  const Axis axis{{1, 10, 100}, 0, 200, Scale::logarithmic};
  EXPECT_DOUBLE_EQ(axis.at(1), 0);
  EXPECT_DOUBLE_EQ(axis.at(10), 100);
  EXPECT_DOUBLE_EQ(axis.at(100), 200);
  EXPECT_DOUBLE_EQ(axis.clipped(1e9), 200);
}

TEST(TicksOfTest, HoldValuesAndErrorsAndZero) {
  const std::vector<double> ticks = ticks_of(std::vector<Spread>{{2, 1.5, 2.5}, {-1, -1.2, -0.8}}, 5);
  EXPECT_LE(ticks.front(), -1.2);
  EXPECT_GE(ticks.back(), 2.5);
  EXPECT_THAT(ticks, ::testing::Contains(0));
}

TEST(TicksOfTest, HugeErrorDoesNotDwarfTheValues) {
  EXPECT_LE(ticks_of(std::vector<Spread>{{2, -1000, 1004}, {1, 1, 1}}, 5).back(), 4);
}

TEST(TicksOfTest, NoFiniteValueGivesAnAxisAllTheSame) {
  EXPECT_THAT(ticks_of({}, 2), ElementsAre(0, 0.5, 1));
  EXPECT_THAT(ticks_of(std::vector<Spread>{{std::nan(""), 0, 0}}, 2), ElementsAre(0, 0.5, 1));
}

TEST(SpreadOfTest, UndefinedErrorIsNone) {
  const Spread spread = spread_of({2, std::nan(""), 2, 2, 1});
  EXPECT_EQ(spread.low, 2);
  EXPECT_EQ(spread.high, 2);
}

std::string error_bar(const Spread& spread) {
  SvgCanvas canvas(100, 100, "t");
  draw_error_bar(canvas, {{0, 1}, 100, 0}, Direction::vertical, 50, spread);
  return canvas.finish();
}

TEST(ErrorBarTest, ReachesFromEndToEnd) {
  EXPECT_THAT(error_bar({0.5, 0.4, 0.7}), HasSubstr("x1=\"50\" y1=\"60\" x2=\"50\" y2=\"30\""));
  EXPECT_EQ(count_of(error_bar({0.5, 0.4, 0.7}), "<line"), 3U);
}

TEST(ErrorBarTest, IsCutAtTheEndOfTheAxisWithAnArrow) {
  const std::string svg = error_bar({0.5, 0.4, 7});
  EXPECT_THAT(svg, HasSubstr("x1=\"50\" y1=\"60\" x2=\"50\" y2=\"0\""));
  EXPECT_EQ(count_of(svg, "<line"), 4U);  // the bar, one cap, two sides of the arrow
  EXPECT_THAT(svg, Not(HasSubstr("y2=\"-")));
}

TEST(ErrorBarTest, NoErrorIsNotDrawn) { EXPECT_THAT(error_bar({0.5, 0.5, 0.5}), Not(HasSubstr("<line"))); }

TEST(WrappedTest, CutsAtBlanksAndHyphensAndWithinWords) {
  EXPECT_THAT(wrapped("DeepSeek-R1-Distill-Qwen-7B", 100), ElementsAre("DeepSeek-R1-", "Distill-Qwen-", "7B"));
  EXPECT_THAT(wrapped("Natural Questions", 300), ElementsAre("Natural Questions"));
  EXPECT_THAT(wrapped("aaaaaaaaaaaaaaa", 60), ElementsAre("aaaaaaaa", "aaaaaaa"));
  EXPECT_THAT(wrapped("", 60), ElementsAre(""));
}

TEST(WrappedTest, NoLineIsWider) {
  for (const std::string& line : wrapped("wwwwwwwwwww Llama-3.1-8B-Instruct 注意注意注意注意 x", 70)) {
    EXPECT_LE(text_width(line), 70) << line;
  }
}

TEST(SpreadPlacesTest, KeepsTheDistanceAndTheOrder) {
  EXPECT_THAT(spread_places(std::vector<double>{50, 48, 10}, 15, 0, 100), ElementsAre(56.5, 41.5, 10));
}

TEST(SpreadPlacesTest, StaysWithinTheEnds) {
  EXPECT_THAT(spread_places(std::vector<double>{1, 0, 2}, 10, 0, 100), ElementsAre(10, 0, 20));
  EXPECT_THAT(spread_places(std::vector<double>{99, 100, 98}, 10, 0, 100), ElementsAre(90, 100, 80));
}

TEST(LegendTest, WrapsWhereTheLineIsFull) {
  const std::vector<LegendEntry> entries(6, {"Average attention", method_style("average_attention")});
  SvgCanvas wide(1000, 0, "t");
  SvgCanvas narrow(300, 0, "t");
  EXPECT_EQ(draw_legend(wide, 0, 0, 1000, entries), 20);
  EXPECT_EQ(draw_legend(narrow, 0, 0, 200, entries), 120);
}

TEST(MethodStyleTest, KeysAndTitlesAreTheSameMethod) {
  EXPECT_EQ(method_key("ESM (32)"), "esm_32");
  EXPECT_EQ(method_key("AT2 (task-specific)"), "at2");
  EXPECT_EQ(method_style("Gradient L1").css_class, method_style("gradient").css_class);
}

TEST(MethodStyleTest, OrderIsThatOfThePaper) {
  const std::vector<std::string> keys = {"at2",           "at2_general", "average_attention", "gradient",
                                         "leave_one_out", "esm_32",      "esm_256",           "something_else"};
  for (std::size_t key = 1; key < keys.size(); ++key) {
    EXPECT_LT(method_style(keys[key - 1]).order, method_style(keys[key]).order) << keys[key];
  }
}

TEST(MethodStyleTest, MethodsOfOneColourFamilyDifferOtherwise) {
  const MethodStyle own = method_style("at2");
  const MethodStyle general = method_style("at2_general");
  EXPECT_NE(own.pattern, general.pattern);
  EXPECT_NE(own.marker, general.marker);
  EXPECT_NE(method_style("esm_32").css_class, method_style("esm_64").css_class);
}

}  // namespace
}  // namespace at2
