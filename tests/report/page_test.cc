#include "report/page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/sha256.h"
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

TEST(ReportPageTest, NothingRunsButTheScriptWhoseDigestThePolicyNames) {
  const std::string page = report_page(made_up_results(), {});
  const std::vector<std::string> scripts = all_between(page, "<script>", "</script>");
  ASSERT_EQ(scripts.size(), 1U);
  EXPECT_THAT(page, HasSubstr("content=\"default-src 'none'; script-src 'sha256-" + base64(sha256(scripts[0])) +
                              "'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\""));
  EXPECT_LT(page.find("Content-Security-Policy"), page.find("<style"));
  EXPECT_THAT(page, Not(::testing::ContainsRegex(" on[a-z]+=")));
}

TEST(ReportPageTest, FindingsComeFirst) {
  const std::string page = report_page(made_up_results(), {});
  EXPECT_LT(page.find("With token sources, AT2&#39;s LDS is 0.26 above average attention&#39;s"),
            page.find("<section id=\"scores\">"));
  EXPECT_THAT(page, HasSubstr("<span class=\"sure\">clear</span>"));
}

TEST(ReportPageTest, BestOfAColumnIsBold) {
  const std::string page = report_page(made_up_results(), {});
  EXPECT_THAT(page, HasSubstr("<td class=\"best\" data-value=\"0.802\">0.802 ± 0.020</td>"));
  EXPECT_THAT(page, HasSubstr("<td data-value=\"0.741\">0.741 ± 0.025</td>"));
}

TEST(ReportPageTest, DifferencesToAt2StandInATableOfTheirOwn) {
  const std::string page = report_page(made_up_results(), {});
  EXPECT_THAT(page, HasSubstr("<td data-value=\"-0.258\">-0.258 ± 0.020*</td>"));
  EXPECT_THAT(page, HasSubstr(">Mask error<"));
  RunResults plain = made_up_results();
  for (MethodRow& row : plain.rows) {
    row.lds_over_at2.reset();
    row.lds_mask_error.reset();
    row.drop_over_at2_by_k.clear();
  }
  EXPECT_THAT(report_page(plain, {}), Not(HasSubstr("Compared with AT2")));
}

TEST(ReportPageTest, SectionsAreThereWhereThereIsSomethingInThemAndLinked) {
  RunResults results = made_up_results();
  const std::string all = report_page(results, {});
  for (const char* id : {"scores", "examples", "training", "prune", "timing", "cost", "origin", "again"}) {
    EXPECT_THAT(all, HasSubstr("<section id=\"" + std::string(id) + "\">"));
    EXPECT_THAT(all, HasSubstr("<a href=\"#" + std::string(id) + "\">"));
  }
  results.prune.reset();
  results.timing.reset();
  results.origin = {};
  results.examples.clear();
  const std::string fewer = report_page(results, {});
  for (const char* id : {"examples", "prune", "timing", "origin", "again"}) {
    EXPECT_THAT(fewer, Not(HasSubstr("<section id=\"" + std::string(id) + "\">")));
    EXPECT_THAT(fewer, Not(HasSubstr("<a href=\"#" + std::string(id) + "\">")));
  }
}

TEST(ReportPageTest, UndefinedLdsIsADash) { EXPECT_THAT(report_page(made_up_results(), {}), HasSubstr("<td>–</td>")); }

TEST(ReportPageTest, StrongestHeadsAreNamed) {
  RunResults results = made_up_results();
  results.theta = ThetaView{2, 3, {0.125F, -0.5F, 0, 0, 0.25F, 0.125F}};
  const std::string page = report_page(results, {});
  EXPECT_LT(page.find(">L0 H1<"), page.find(">L1 H1<"));
  EXPECT_THAT(page, HasSubstr("<th scope=\"row\">L0 H1</th><td data-value=\"0\">0</td><td data-value=\"1\">1</td>"
                              "<td data-value=\"-0.5\">-0.5</td><td data-value=\"50\">50.0 %</td>"));
  EXPECT_THAT(page, HasSubstr("<title>layer 1, head 1: 0.25</title>"));
}

TEST(ReportPageTest, SaysFromWhatItCameAndHowToRunItAgain) {
  RunResults results = made_up_results();
  const std::string page = report_page(results, {});
  EXPECT_THAT(page, HasSubstr("<dd>at2 0.1.0, commit 0123abcd</dd>"));
  EXPECT_THAT(page, HasSubstr("<dd>00112233445566778899aabbccddeeff</dd>"));
  EXPECT_THAT(page, HasSubstr("<dd>alder (2 ranks)</dd>"));
  EXPECT_THAT(page, HasSubstr("git checkout 0123abcd\nlaunch/local 2 config.yaml --out runs/quickstart</pre>"));
  EXPECT_THAT(page, HasSubstr("seed: 7\nname: quickstart\n</pre>"));
  results.name = "it's; rm -rf x";
  results.origin.provenance->ranks = 1;
  results.origin.provenance->commit = "unknown";
  EXPECT_THAT(
      report_page(results, {}),
      HasSubstr(
          "aria-label=\"Command\">build/at2 run config.yaml --out &#39;runs/it&#39;\\&#39;&#39;s; rm -rf x&#39;<"));
}

TEST(ReportPageTest, SaysHowManyExamplesAreThereAndWhyNotAll) {
  const RunResults results = made_up_results();
  EXPECT_THAT(report_page(results, {}), HasSubstr("2 examples are here of 24. report.max_examples says how many."));
  EXPECT_THAT(report_page(results, {.max_examples = 1}), HasSubstr("1 example is here of 24."));
}

/// Runs of so many examples, each with a context of about 5,000 characters, as long ones of the paper are.
RunResults many_examples(int count, int sentences) {
  RunResults results = made_up_results();
  results.examples.clear();
  results.counts.evaluation_examples = count;
  std::string context;
  for (int i = 0; i < sentences; ++i)
    context += "In year " + std::to_string(i) + " the keeper noted storms & <calm> weeks. ";
  context += "The end.";
  for (int i = 0; i < count; ++i) {
    for (const char* kind : {"token", "sentence"}) {
      results.examples.push_back(made_up_example("made-" + std::to_string(i), context, "How many storms?",
                                                 "There were 22 storms. The week was calm. It rained.", kind));
    }
  }
  return results;
}

TEST(ReportPageTest, FourHundredExamplesFit) {
  const std::string page = report_page(many_examples(400, 100), {});
  EXPECT_LT(page.size(), 4'500'000U);
  EXPECT_GT(page.size(), 2'000'000U);
  EXPECT_THAT(page, HasSubstr("400 examples are here.</p>"));
}

TEST(ReportPageTest, WhatDoesNotFitIsLeftOutAndCounted) {
  const std::string page = report_page(many_examples(400, 400), {});
  EXPECT_LE(page.size(), 4'500'000U);
  EXPECT_GT(page.size(), 4'300'000U);
  EXPECT_THAT(page, ::testing::ContainsRegex("[0-9]+ examples are here of 400\\. [0-9]+ were left out"));
}

}  // namespace
}  // namespace at2
