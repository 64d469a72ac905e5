#include "report/sortable_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "base/errors.h"
#include "report/markup_check.h"

namespace at2 {
namespace {

using ::testing::HasSubstr;

TEST(SortableTableTest, ColumnsSayWhetherTheyHoldNumbersAndCellsWhich) {
  SortableTable table{"costs", {"Method", "Sources", "Time"}, {}};
  table.rows = {{{"AT2"}, {"token"}, duration_cell(0.081)}, {{"ESM (32)"}, {"token"}, duration_cell(1.62)}};
  const std::string html = sortable_table_html(table);
  EXPECT_EQ(markup_fault(html), "");
  EXPECT_THAT(html, HasSubstr("<th scope=\"col\" data-sort=\"text\">Method</th>"
                              "<th scope=\"col\" class=\"word\" data-sort=\"text\">Sources</th>"
                              "<th scope=\"col\" data-sort=\"number\">Time</th>"));
  EXPECT_THAT(html, HasSubstr("<td class=\"word\">token</td><td data-value=\"0.081\">81 ms</td>"));
  EXPECT_THAT(html, HasSubstr("<caption>costs</caption>"));
}

TEST(SortableTableTest, WhatIsUndefinedHasNoValue) {
  EXPECT_EQ(number_cell(std::nan("")).value, std::nullopt);
  EXPECT_EQ(duration_cell(std::nan("")).value, std::nullopt);
  EXPECT_EQ(estimate_cell(std::nullopt, 2).value, std::nullopt);
  EXPECT_EQ(estimate_cell(std::nullopt, 2).text, "–");
  EXPECT_EQ(estimate_cell(Estimate{0.5, 0.125, 0, 1, 4}, 2).value, 0.5);
}

TEST(SortableTableTest, CellsOfATableAreSortedByTheNumberTheyBeginWith) {
  const SortableTable table = sortable({{"3 methods", "LDS"}, {{"3 of 4", "-0.25 ± 0.1*"}, {"b", "–"}}}, "c");
  EXPECT_EQ(table.rows[0][0].value, std::nullopt) << "the first cell is a name";
  EXPECT_EQ(table.rows[0][1].value, -0.25);
  EXPECT_EQ(table.rows[1][1].value, std::nullopt);
}

TEST(SortableTableTest, TextsAreEscaped) {
  const std::string hostile = "\"><script>alert(1)</script>";
  const std::string html = sortable_table_html({hostile, {hostile}, {{{hostile, std::nullopt, hostile}}}});
  EXPECT_EQ(markup_fault(html), "");
  EXPECT_EQ(count_of(html, "<script"), 0U);
}

TEST(SortableTableTest, RefusesARowThatIsTooShort) {
  EXPECT_THROW((void)sortable_table_html({"c", {"a", "b"}, {{{"x"}}}}), ContractViolation);
}

}  // namespace
}  // namespace at2
