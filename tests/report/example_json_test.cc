#include "report/example_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/errors.h"
#include "report/made_up_results.h"

namespace at2 {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::size_t kMuch = 4'000'000;

json parsed(const RunResults& results, const ReportOptions& options = {}) {
  return json::parse(examples_json(results, options, kMuch).json);
}

/// One example "aé𝄞 b." of two sources, with scores of one method.
RunResults small_run(std::vector<double> scores) {
  RunResults results;
  ExampleView view{"x-1", "aé𝄞 b. c.", "q?", "Yes. No.", "sentence", {{0, 10}, {11, 13}}, {}, {}};
  view.targets = {{{0, 4}, {{"AT2", std::move(scores)}}}, {{5, 8}, {}}};
  view.data_set = "Dolly 15k";
  results.examples = {view};
  return results;
}

TEST(ExamplesJsonTest, ViewsWithOneIdAreKindsOfOneExample) {
  const json run = parsed(made_up_results());
  ASSERT_EQ(run["examples"].size(), 2U);
  const json& kinds = run["examples"][0]["kinds"];
  ASSERT_EQ(kinds.size(), 2U);
  EXPECT_EQ(kinds[0]["name"], "token");
  EXPECT_EQ(kinds[1]["name"], "sentence");
  EXPECT_EQ(kinds[1]["count"], 5);
  EXPECT_EQ(kinds[0]["targets"].size(), 3U);
  EXPECT_FALSE(kinds[0].contains("context")) << "it is that of the example";
}

TEST(ExamplesJsonTest, MethodsFollowTheOrderOfTheTable) {
  EXPECT_EQ(parsed(made_up_results())["methods"], json({"AT2", "Average attention", "Gradient L1", "ESM (32)"}));
}

TEST(ExamplesJsonTest, RangesAreCodePoints) {
  const json example = parsed(small_run({0.5, 1}))["examples"][0];
  const json& kind = example["kinds"][0];
  EXPECT_EQ(kind["sources"], json({{7, 9}, {0, 6}})) << "in the order in which methods name them";
  EXPECT_EQ(kind["targets"][1]["range"], json({5, 8}));
}

TEST(ExamplesJsonTest, ScoresAreThousandthsOfTheLargest) {
  const json entry = parsed(small_run({0.123456, 0.246912}))["examples"][0]["kinds"][0]["targets"][0]["methods"][0];
  EXPECT_EQ(entry[0], 0);
  EXPECT_EQ(entry[1], 0.247);
  EXPECT_EQ(entry[2], json({0, 1000, 1, 500}));
}

TEST(ExamplesJsonTest, OnlyPositiveScoresAreKept) {
  const json entry = parsed(small_run({-0.5, 0}))["examples"][0]["kinds"][0]["targets"][0]["methods"][0];
  EXPECT_EQ(entry[1], 0);
  EXPECT_TRUE(entry[2].empty());
}

TEST(ExamplesJsonTest, MeasuredEffectsAndDropsAreThere) {
  RunResults results = small_run({0.5, 1});
  results.examples[0].targets[0].effects = {0.12345, -2};
  results.examples[0].targets[0].drop_by_k["AT2"] = {{1, 2.3456}, {3, 4}};
  const json target = parsed(results)["examples"][0]["kinds"][0]["targets"][0];
  EXPECT_EQ(target["effects"], json({-2, 0.123})) << "by the numbers of the kept sources";
  EXPECT_EQ(target["methods"][0][3], json({1, 2.35, 3, 4}));
  EXPECT_FALSE(parsed(small_run({0.5, 1}))["examples"][0]["kinds"][0]["targets"][0].contains("effects"));
}

TEST(ExamplesJsonTest, MarkupIsEscapedAndComesBackAsItWas) {
  RunResults results = small_run({0.5, 1});
  const std::string hostile = "</script><!-- \"&amp; \\\" \u2028";
  results.examples[0].query = hostile;
  const EmbeddedExamples examples = examples_json(results, {}, kMuch);
  EXPECT_THAT(examples.json, Not(HasSubstr("<")));
  EXPECT_THAT(examples.json, Not(HasSubstr("&")));
  EXPECT_EQ(json::parse(examples.json)["examples"][0]["query"], hostile);
}

TEST(ExamplesJsonTest, BrokenUtf8IsReplacedAndRangesStayRight) {
  RunResults results = small_run({0.5, 1});
  results.examples[0].context = "a\xff\xfe bcdef. c.";
  results.examples[0].source_ranges = {{0, 10}, {11, 13}};
  const json example = parsed(results)["examples"][0];
  EXPECT_EQ(example["context"], "a\uFFFD\uFFFD bcdef. c.");
  EXPECT_EQ(example["kinds"][0]["sources"], json({{11, 13}, {0, 10}}));
}

/// How many scores the first method kept of the first target.
std::size_t kept_scores(const EmbeddedExamples& examples) {
  return json::parse(examples.json)["examples"][0]["kinds"][0]["targets"][0]["methods"][0][2].size() / 2;
}

TEST(ExamplesJsonTest, FewerScoresThenFewerExamplesWhereItWouldBeTooLarge) {
  const RunResults results = made_up_results();
  constexpr std::size_t kRoom = 4096;
  const EmbeddedExamples all = examples_json(results, {}, kMuch);
  EXPECT_GT(kept_scores(all), 12U);
  const EmbeddedExamples fewer_scores = examples_json(results, {}, kRoom + all.json.size() * 9 / 10);
  EXPECT_EQ(fewer_scores.shown, 2);
  EXPECT_LE(kept_scores(fewer_scores), 12U);
  const EmbeddedExamples fewer = examples_json(results, {}, kRoom + all.json.size() / 2);
  EXPECT_EQ(fewer.shown, 1);
  EXPECT_EQ(fewer.left_out, 1);
  EXPECT_EQ(kept_scores(fewer), 6U);
  EXPECT_EQ(json::parse(examples_json(results, {}, 0).json)["examples"].size(), 0U);
}

TEST(ExamplesJsonTest, NoMoreThanAskedFor) {
  const EmbeddedExamples examples = examples_json(made_up_results(), {.max_examples = 1}, kMuch);
  EXPECT_EQ(examples.shown, 1);
  EXPECT_EQ(examples.left_out, 0);
}

TEST(ExamplesJsonTest, RefusesScoresOfAnotherNumberOfSources) {
  RunResults results = made_up_results();
  results.examples[0].targets[0].scores["AT2"].pop_back();
  EXPECT_THROW((void)examples_json(results, {}, kMuch), ContractViolation);
}

}  // namespace
}  // namespace at2
