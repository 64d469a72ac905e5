// Equality with scipy, and LDS and top-k sets of measured attributions.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "evaluate/lds.h"
#include "evaluate/statistics.h"
#include "evaluate/top_k_drop.h"

namespace at2 {
namespace {

using nlohmann::json;

json read_golden(const std::string& name) {
  std::ifstream file(std::string(AT2_GOLDEN_DIR) + "/metrics/" + name);
  return json::parse(file);
}

void expect_equal(double actual, const json& expected, double tolerance) {
  if (expected.is_null()) {
    EXPECT_TRUE(std::isnan(actual)) << actual;
  } else {
    EXPECT_NEAR(actual, expected.get<double>(), tolerance);
  }
}

TEST(StatisticsGoldenTest, CorrelationsEqualScipy) {
  const json goldens = read_golden("metrics.json")["correlations"];
  ASSERT_EQ(goldens.size(), 16U);
  for (const json& golden : goldens) {
    SCOPED_TRACE(golden["name"]);
    const auto x = golden["x"].get<std::vector<double>>();
    const auto y = golden["y"].get<std::vector<double>>();
    EXPECT_EQ(average_ranks(x), golden["rank_x"].get<std::vector<double>>());
    EXPECT_EQ(average_ranks(y), golden["rank_y"].get<std::vector<double>>());
    expect_equal(spearman(x, y), golden["spearman"], 1e-14);
    expect_equal(pearson(x, y), golden["pearson"], 1e-12);
  }
}

TEST(StatisticsGoldenTest, StandardErrorsEqualScipy) {
  const json goldens = read_golden("metrics.json")["standard_error"];
  ASSERT_EQ(goldens.size(), 5U);
  for (const json& golden : goldens) {
    const auto x = golden["x"].get<std::vector<double>>();
    expect_equal(mean(x), golden["mean"], 1e-12);
    expect_equal(standard_error(x), golden["standard_error"], 1e-14);
  }
}

TEST(AttributionGoldenTest, LdsAndTopSourcesEqualTheReference) {
  int compared = 0;
  for (const json& example : read_golden("attributions.json")) {
    std::vector<std::uint8_t> keep_MS;
    for (const std::string mask : example["masks"]) {
      for (const char keep : mask) keep_MS.push_back(keep == '1' ? 1 : 0);
    }
    for (const json& target : example["targets"]) {
      for (const auto& [method, golden] : target["methods"].items()) {
        SCOPED_TRACE(example["example"].get<std::string>() + " " + method);
        const auto scores_S = golden["scores"].get<std::vector<double>>();
        const auto score = lds(keep_MS, scores_S, target["logit_probs"].get<std::vector<double>>());
        ASSERT_TRUE(score);
        EXPECT_NEAR(*score, golden["lds"], 1e-12);
        for (const json& top : golden["top_k"]) {
          auto hidden = top_k(scores_S, top["k"]);
          std::sort(hidden.begin(), hidden.end());
          EXPECT_EQ(hidden, top["ablated_sources"].get<std::vector<std::int64_t>>());
        }
        ++compared;
      }
    }
  }
  EXPECT_EQ(compared, 26);
}

}  // namespace
}  // namespace at2
