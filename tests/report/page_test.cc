#include "report/page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "base/errors.h"
#include "report/made_up_results.h"
#include "report/markup_check.h"

namespace at2 {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(ReportPageTest, IsWellFormed) { EXPECT_EQ(markup_fault(report_page(made_up_results(), {})), ""); }

TEST(ReportPageTest, LoadsNothingFromElsewhere) {
  const std::string page = report_page(made_up_results(), {});
  for (const char* loader : {"src=", "<link", "@import", "url(http", "fetch(", "XMLHttpRequest"}) {
    EXPECT_THAT(page, Not(HasSubstr(loader)));
  }
}

TEST(ReportPageTest, EmptyRunIsWellFormed) { EXPECT_EQ(markup_fault(report_page({}, {})), ""); }

TEST(ReportPageTest, HostileTextsCannotLeaveTheirPlace) {
  const std::string hostile = "</script><script>alert(1)</script>\" onload='x' <!-- &amp; ]]>";
  RunResults results = made_up_results();
  results.name = results.model = results.training_set = results.evaluation_set = hostile;
  results.counts.skipped = {{hostile, 1}};
  results.notes = {hostile};
  results.stages[0].stage = hostile;
  results.rows[0].method = hostile;
  results.rows[0].sources = hostile;
  results.examples = {made_up_example(hostile, hostile + ". " + hostile, hostile, hostile + ". And more.", "sentence")};
  results.examples[0].sources = hostile;
  const std::string page = report_page(results, {});
  EXPECT_EQ(markup_fault(page), "");
  EXPECT_EQ(count_of(page, "<script"), count_of(report_page(made_up_results(), {}), "<script"));
  EXPECT_THAT(page, Not(HasSubstr("alert(1)</script>")));
  EXPECT_THAT(page, Not(HasSubstr("\" onload=")));
}

TEST(ReportPageTest, BestOfAColumnIsBold) {
  const std::string page = report_page(made_up_results(), {});
  EXPECT_THAT(page, HasSubstr("<td class=\"best\">0.802 ± 0.020</td>"));
  EXPECT_THAT(page, HasSubstr("<td>0.741 ± 0.025</td>"));
}

TEST(ReportPageTest, DifferencesToAt2StandInATableOfTheirOwn) {
  const std::string page = report_page(made_up_results(), {});
  EXPECT_THAT(page, HasSubstr("<td>-0.258 ± 0.020*</td>"));
  EXPECT_THAT(page, HasSubstr(">Mask error<"));
  RunResults plain = made_up_results();
  for (MethodRow& row : plain.rows) {
    row.lds_over_at2.reset();
    row.lds_mask_error.reset();
    row.drop_over_at2_by_k.clear();
  }
  EXPECT_THAT(report_page(plain, {}), Not(HasSubstr("Compared with AT2")));
}

TEST(ReportPageTest, PruningAndTimesAreShownWherePresent) {
  RunResults results = made_up_results();
  EXPECT_THAT(report_page(results, {}), HasSubstr("<section id=\"prune\">"));
  EXPECT_THAT(report_page(results, {}), HasSubstr("<section id=\"timing\">"));
  results.prune.reset();
  results.timing.reset();
  EXPECT_THAT(report_page(results, {}), Not(HasSubstr("<section id=\"prune\">")));
  EXPECT_THAT(report_page(results, {}), Not(HasSubstr("<section id=\"timing\">")));
}

TEST(ReportPageTest, UndefinedLdsIsADash) { EXPECT_THAT(report_page(made_up_results(), {}), HasSubstr("<td>–</td>")); }

TEST(ExampleSectionsTest, EveryLinkHasItsPanel) {
  const std::string html = example_sections(made_up_results(), {});
  std::set<std::string> panels;
  for (const std::string& id : all_between(html, " id=\"", "\"")) {
    EXPECT_TRUE(!id.starts_with("e") || panels.insert(id).second) << "twice: " << id;
  }
  panels.erase("examples");
  EXPECT_EQ(panels.size(), 8U);  // (3 + 1) sentences x 2 kinds of source
  const std::vector<std::string> links = all_between(html, "href=\"#", "\"");
  for (const std::string& link : links) EXPECT_TRUE(panels.contains(link)) << link;
  EXPECT_GT(links.size(), 8U);
}

TEST(ExampleSectionsTest, EverySentenceIsChosenOncePerKind) {
  const std::string html = example_sections(made_up_results(), {});
  EXPECT_EQ(count_of(html, "<mark class=\"chosen\">It is 38 metres tall.</mark>"), 2U);
}

TEST(ExampleSectionsTest, ViewsWithOneIdShareASection) {
  EXPECT_EQ(count_of(example_sections(made_up_results(), {}), "<details"), 2U);
}

TEST(ExampleSectionsTest, MethodsFollowTheOrderOfTheTable) {
  const std::string html = example_sections(made_up_results(), {});
  EXPECT_LT(html.find("<h5>AT2"), html.find("<h5>Average"));
  EXPECT_LT(html.find("<h5>Gradient"), html.find("<h5>ESM"));
}

TEST(ExampleSectionsTest, HigherThresholdColoursLess) {
  const RunResults results = made_up_results();
  const std::size_t usual = count_of(example_sections(results, {.highlight_threshold = 0.2}), "title=\"score");
  const std::size_t strict = count_of(example_sections(results, {.highlight_threshold = 0.9}), "title=\"score");
  EXPECT_EQ(strict, 8U * 4);  // the peak alone, for every panel and method
  EXPECT_GT(usual, strict);
}

TEST(ExampleSectionsTest, RefusesScoresOfAnotherNumberOfSources) {
  RunResults results = made_up_results();
  results.examples[0].targets[0].scores["AT2"].pop_back();
  EXPECT_THROW((void)example_sections(results, {}), ContractViolation);
}

}  // namespace
}  // namespace at2
