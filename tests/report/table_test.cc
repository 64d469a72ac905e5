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
  EXPECT_THAT(table.header,
              ElementsAre("Method", "LDS", "Top-1 drop", "Top-3 drop", "Top-5 drop", "Forward", "Backward", "Time"));
  EXPECT_THAT(table.rows.at(2),
              ElementsAre("Gradient L1", "–", "6.40 ± 0.80", "11.80 ± 1.00", "14.60 ± 1.20", "2.1", "2.1", "340 ms"));
}

TEST(MethodTableTest, ShowsAMissingDropAsADash) {
  RunResults results = made_up_results();
  results.rows[0].drop_by_k.erase(3);
  EXPECT_EQ(method_table(results, "token").rows[0][3], "–");
}

TEST(MetricRecordsTest, HaveOneLinePerMethodAndMetricInFullPrecision) {
  RunResults results = made_up_results();
  results.rows.resize(1);
  results.rows[0].lds = Estimate{1.0 / 3, std::nan(""), 0.25, 0.5, 1};
  const Table table = metric_records(results);
  ASSERT_EQ(table.rows.size(), 4U);
  EXPECT_THAT(table.rows[0], ElementsAre("AT2", "token", "lds", "0.3333333333333333", "", "0.25", "0.5", "1"));
  EXPECT_EQ(table.rows[3][2], "top_5_drop");
}

TEST(TerminalSummaryTest, HasATablePerKindOfSource) {
  const std::string text = terminal_summary(made_up_results());
  EXPECT_THAT(text, HasSubstr("Sources: tokens"));
  EXPECT_THAT(text, HasSubstr("Sources: sentences"));
  EXPECT_THAT(text, HasSubstr("0.612 ± 0.021"));
}

}  // namespace
}  // namespace at2
