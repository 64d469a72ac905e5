#include "report/table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "report/format.h"
#include "report/made_up_results.h"

namespace at2 {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

TEST(TerminalTableTest, AlignsColumnsOfNonAsciiText) {
  const Table table{{"Method", "LDS"}, {{"注意", "0.5 ± 0.1"}, {"Grad", "–"}, {"Mittelwert über alle", "12"}}};
  EXPECT_THAT(lines_of(terminal_table(table)), ElementsAre("Method                      LDS",  //
                                                           "────────────────────  ─────────",  //
                                                           "注意                  0.5 ± 0.1",  //
                                                           "Grad                          –",  //
                                                           "Mittelwert über alle         12"));
}

TEST(TerminalTableTest, EveryLineOfASummaryTableIsEquallyWide) {
  const auto lines = lines_of(terminal_table(method_table(made_up_results(), "token")));
  ASSERT_EQ(lines.size(), 6U);
  for (const std::string& line : lines) EXPECT_EQ(display_width(line), display_width(lines.front())) << line;
}

TEST(CsvTableTest, QuotesCellsThatNeedIt) {
  const Table table{{"a", "b"}, {{"x,y", "say \"hi\""}, {"two\nlines", "plain"}}};
  EXPECT_EQ(csv_table(table), "a,b\n\"x,y\",\"say \"\"hi\"\"\"\n\"two\nlines\",plain\n");
}

TEST(MarkdownTableTest, EscapesBarsAndLineBreaks) {
  EXPECT_EQ(markdown_table({{"a|b", "n"}, {{"x\ny", "1"}}}), "| a\\|b | n |\n| --- | ---: |\n| x<br>y | 1 |\n");
}

TEST(MethodTableTest, ShowsUndefinedLdsAsADash) {
  const Table table = method_table(made_up_results(), "sentence");
  EXPECT_THAT(table.header, ElementsAre("Method", "LDS", "Top-1 drop", "Top-3 drop", "Top-5 drop", "Passes", "Time"));
  EXPECT_THAT(table.rows.at(2),
              ElementsAre("Gradient L1", "–", "6.40 ± 0.80", "11.80 ± 1.00", "14.60 ± 1.20", "6.3", "340 ms"))
      << "2.1 forward passes and 2.1 backward passes, which count twice";
}

/// Without differences and mask errors.
RunResults plain_results() {
  RunResults results = made_up_results();
  for (MethodRow& row : results.rows) {
    row.lds_mask_error.reset();
    row.lds_over_at2.reset();
    row.drop_over_at2_by_k.clear();
  }
  return results;
}

/// AT2 and average attention, with differences and mask errors.
RunResults compared_results() {
  RunResults results = plain_results();
  results.rows.resize(2);
  for (MethodRow& row : results.rows) row.drop_by_k = {{5, made_up_estimate(2, 0.1)}};
  results.rows[0].lds_mask_error = 0.0123;
  results.rows[1].lds_over_at2 = Estimate{-0.258, 0.05, -0.35, -0.16, 24};
  results.rows[1].drop_over_at2_by_k[5] = Estimate{-4.5, 2.5, -9, 0.5, 24};
  return results;
}

TEST(ComparisonTableTest, ShowsDifferencesAndMarksThoseThatAreReal) {
  const Table table = comparison_table(compared_results(), "token");
  EXPECT_THAT(table.header, ElementsAre("Method", "LDS", "Top-5 drop", "Mask error"));
  EXPECT_THAT(table.rows.at(0), ElementsAre("AT2", "–", "–", "0.012"));
  EXPECT_THAT(table.rows.at(1), ElementsAre("Average attention", "-0.258 ± 0.050*", "-4.50 ± 2.50", "–"));
  RunResults results = compared_results();
  results.confidence = 0.9;
  EXPECT_THAT(comparison_caption(results, "token"), HasSubstr("Less AT2 on the same examples"));
  EXPECT_THAT(comparison_caption(results, "token"), HasSubstr("90 % bootstrap interval"));
}

TEST(ComparisonTableTest, IsLeftOutWhereThereIsNothingInIt) {
  EXPECT_TRUE(comparison_table(plain_results(), "token").rows.empty());
  EXPECT_THAT(terminal_summary(plain_results()), ::testing::Not(HasSubstr("Less AT2")));
  EXPECT_THAT(terminal_summary(compared_results()), HasSubstr("Less AT2"));
  EXPECT_THAT(markdown_summary(compared_results()), HasSubstr("| Average attention | -0.258 ± 0.050* |"));
  RunResults alone = compared_results();
  alone.rows.resize(1);
  EXPECT_THAT(comparison_table(alone, "token").header, ElementsAre("Method", "Mask error"));
  EXPECT_EQ(baseline_of(alone, "token"), std::nullopt);
}

TEST(ComparisonTableTest, TheBaselineIsNamedAsItIsShown) {
  RunResults results = compared_results();
  results.rows[0].method = "AT2 (task-specific)";
  EXPECT_EQ(baseline_of(results, "token"), "AT2 (task-specific)");
  results.rows[0].key = "at2_general";
  results.rows[0].method = "AT2 (general)";
  EXPECT_EQ(baseline_of(results, "token"), "AT2 (general)");
}

TEST(ComparisonTableTest, NoDifferenceOverAFewExamplesIsCalledReal) {
  RunResults results = compared_results();
  results.rows[1].lds_over_at2->count = 9;
  EXPECT_EQ(comparison_table(results, "token").rows.at(1).at(1), "-0.258 ± 0.050");
  results.rows[1].lds_over_at2->count = 10;
  EXPECT_EQ(comparison_table(results, "token").rows.at(1).at(1), "-0.258 ± 0.050*");
}

TEST(CostRecordsTest, CountABackwardPassAsTwoForwardPasses) {
  RunResults results = made_up_results();
  results.rows = {made_up_row("gradient", "Gradient L1", "token", std::nullopt, {}, {1, 1.75, 0.5})};
  const Table table = cost_records(results);
  EXPECT_EQ(csv_table(table),
            "key,method,sources,forward_passes,backward_passes,forward_equivalents,seconds\n"
            "gradient,Gradient L1,token,1,1.75,4.5,0.5\n");
}

TEST(MethodTableTest, ShowsAMissingDropAsADash) {
  RunResults results = made_up_results();
  results.rows[0].drop_by_k.erase(3);
  EXPECT_EQ(method_table(results, "token").rows[0][3], "–");
}

TEST(MetricRecordsTest, HaveOneLinePerMethodAndMetricInFullPrecision) {
  RunResults results = plain_results();
  results.rows.resize(1);
  results.rows[0].lds = Estimate{1.0 / 3, std::nan(""), 0.25, 0.5, 1};
  const Table table = metric_records(results);
  ASSERT_EQ(table.rows.size(), 4U);
  EXPECT_THAT(table.rows[0], ElementsAre("at2", "AT2", "token", "lds", "0.3333333333333333", "", "0.25", "0.5", "1"));
  EXPECT_EQ(table.rows[3][3], "top_5_drop");
}

TEST(MetricRecordsTest, HaveDifferencesAndMaskErrors) {
  const Table table = metric_records(compared_results());
  EXPECT_THAT(table.rows.at(1), ElementsAre("at2", "AT2", "token", "lds_mask_error", "", "0.0123", "", "", "24"));
  EXPECT_THAT(table.rows.at(4), ElementsAre("average_attention", "Average attention", "token", "lds_over_at2", "-0.258",
                                            "0.05", "-0.35", "-0.16", "24"));
  EXPECT_EQ(table.rows.at(6)[3], "top_5_drop_over_at2");
}

TEST(TerminalSummaryTest, HasATablePerKindOfSource) {
  const std::string text = terminal_summary(plain_results());
  EXPECT_THAT(text, HasSubstr("Sources: tokens"));
  EXPECT_THAT(text, HasSubstr("Sources: sentences"));
  EXPECT_THAT(text, HasSubstr("0.612 ± 0.021"));
}

}  // namespace
}  // namespace at2
