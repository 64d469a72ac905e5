#include "report/prune_chart.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "report/made_up_results.h"
#include "report/markup_check.h"
#include "report/text_overlap.h"

namespace at2 {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(PruneChartTest, MethodsHaveLinesAndMarkersOfTheirOwn) {
  const std::string svg = prune_chart(made_up_prune(), "t");
  EXPECT_EQ(markup_fault(svg), "");
  EXPECT_EQ(count_of(svg, "<polyline"), 3U);
  EXPECT_EQ(count_of(svg, "<circle class=\"mark m-at2\""), 6U + 1);  // the points and the one beside the name
  EXPECT_EQ(count_of(svg, "<polygon class=\"mark m-average\""), 6U + 1);
  EXPECT_EQ(count_of(svg, "<polygon class=\"mark m-esm1\""), 6U + 1);
}

TEST(PruneChartTest, WholeContextAndOracleAreLevelLinesWithBands) {
  const std::string svg = prune_chart(made_up_prune(), "t");
  EXPECT_EQ(count_of(svg, "class=\"reference\""), 1U);
  EXPECT_EQ(count_of(svg, "class=\"reference dashed\""), 1U);
  EXPECT_EQ(count_of(svg, "class=\"band\""), 2U);
  EXPECT_THAT(svg, HasSubstr(">Whole context, 0.412<"));
}

TEST(PruneChartTest, NamesDoNotMeetWhereLinesEndTogether) {
  PruneView view = made_up_prune();
  for (PruneRow& row : view.rows) row.f1.mean = 0.4;
  EXPECT_EQ(text_fault(prune_chart(view, "t")), "");
  EXPECT_EQ(text_fault(prune_chart(made_up_prune(), "F1 after pruning, DeepSeek-R1-Distill-Qwen-7B")), "");
}

TEST(PruneChartTest, OneRowAloneIsDrawn) {
  for (const std::size_t row : {0U, 2U}) {
    PruneView view = made_up_prune();
    view.rows = {view.rows[row]};
    const std::string svg = prune_chart(view, "t");
    EXPECT_EQ(markup_fault(svg), "");
    EXPECT_THAT(svg, Not(HasSubstr("nan")));
  }
}

}  // namespace
}  // namespace at2
