// Equality with scikit-learn's Lasso and with ContextCite's surrogate model on measured logit-probabilities.
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <numeric>
#include <string>
#include <vector>

#include "attribute/lasso.h"

namespace at2 {
namespace {

using nlohmann::json;

json read_golden(const std::string& name) {
  std::ifstream file(std::string(AT2_GOLDEN_DIR) + "/metrics/" + name);
  return json::parse(file);
}

struct Problem {
  std::vector<double> x_MS;
  std::vector<double> y_M;
  LassoOptions options;
};

Problem problem_of(const json& golden, double tolerance) {
  Problem problem;
  for (const auto& row : golden["X"]) {
    for (const double value : row) problem.x_MS.push_back(value);
  }
  problem.y_M = golden["y"].get<std::vector<double>>();
  problem.options = {.alpha = golden["alpha"],
                     .tolerance = tolerance,
                     .max_iterations = 2000000,
                     .standardize = golden["standardise"] ? Standardize::yes : Standardize::no};
  return problem;
}

/// |y - X w - b|^2 / (2 M) + alpha |w|_1, with w in the scale of the fit.
double objective(const Problem& problem, const json& golden, const LassoFit& fit) {
  double value = 0;
  for (std::size_t row = 0; row < problem.y_M.size(); ++row) {
    double residual = problem.y_M[row] - fit.intercept;
    for (std::size_t s = 0; s < fit.coefficients_S.size(); ++s) {
      residual -= problem.x_MS[row * fit.coefficients_S.size() + s] * fit.coefficients_S[s];
    }
    value += residual * residual / 2 / static_cast<double>(problem.y_M.size());
  }
  for (std::size_t s = 0; s < fit.coefficients_S.size(); ++s) {
    const double scale = golden.contains("scale") ? golden["scale"][s].get<double>() : 1.0;
    value += problem.options.alpha * std::abs(fit.coefficients_S[s] * scale);
  }
  return value;
}

TEST(LassoGoldenTest, TightFitsEqualScikitLearn) {
  const json goldens = read_golden("metrics.json")["lasso"];
  ASSERT_EQ(goldens.size(), 10U);
  for (const json& golden : goldens) {
    SCOPED_TRACE(golden["name"]);
    const Problem problem = problem_of(golden, 1e-14);
    const LassoFit fit = lasso(problem.x_MS, problem.y_M, problem.options);
    EXPECT_TRUE(fit.converged);
    EXPECT_NEAR(objective(problem, golden, fit), golden["objective"], 1e-12);
    const bool standardized = golden["standardise"];
    const auto expected = golden[standardized ? "coef_original_scale" : "coef"].get<std::vector<double>>();
    ASSERT_EQ(fit.coefficients_S.size(), expected.size());
    for (std::size_t s = 0; s < expected.size(); ++s) EXPECT_NEAR(fit.coefficients_S[s], expected[s], 1e-6) << s;
    EXPECT_NEAR(fit.intercept, golden[standardized ? "intercept_original_scale" : "intercept"], 1e-6);
  }
}

TEST(LassoGoldenTest, LooseFitIsWithinItsDualityGapOfTheOptimum) {
  const json goldens = read_golden("metrics.json")["lasso"];
  ASSERT_EQ(goldens.size(), 10U);
  for (const json& golden : goldens) {
    SCOPED_TRACE(golden["name"]);
    const Problem problem = problem_of(golden, 1e-4);
    const LassoFit fit = lasso(problem.x_MS, problem.y_M, problem.options);
    const double rows = static_cast<double>(problem.y_M.size());
    const double mean = std::accumulate(problem.y_M.begin(), problem.y_M.end(), 0.0) / rows;
    double squares = 0;
    for (const double value : problem.y_M) squares += (value - mean) * (value - mean);
    const double excess = objective(problem, golden, fit) - golden["objective"].get<double>();
    EXPECT_GE(excess, -1e-12);
    EXPECT_LE(excess, 1e-4 * squares / rows);
  }
}

TEST(LassoGoldenTest, LooseFitsOfMasksEqualScikitLearn) {
  const json goldens = read_golden("metrics.json")["lasso"];
  int compared = 0;
  for (const json& golden : goldens) {
    if (!golden["standardise"]) continue;
    SCOPED_TRACE(golden["name"]);
    const Problem problem = problem_of(golden, 1e-4);
    const LassoFit fit = lasso(problem.x_MS, problem.y_M, problem.options);
    for (std::size_t s = 0; s < fit.coefficients_S.size(); ++s) {
      const double expected = golden["coef_default_tol"][s].get<double>();
      EXPECT_NEAR(fit.coefficients_S[s] * golden["scale"][s].get<double>(), expected, 1e-6) << s;
    }
    ++compared;
  }
  EXPECT_EQ(compared, 5);
}

TEST(LassoGoldenTest, EsmScoresEqualContextCite) {
  int compared = 0;
  for (const json& example : read_golden("attributions.json")) {
    if (example["sources"] != "sentence") continue;
    SCOPED_TRACE(example["example"]);
    std::vector<std::uint8_t> keep_MS;
    for (const std::string mask : example["masks"]) {
      for (const char keep : mask) keep_MS.push_back(keep == '1' ? 1 : 0);
    }
    for (const json& target : example["targets"]) {
      const auto logit_probs_M = target["logit_probs"].get<std::vector<double>>();
      const EsmScores esm = esm_scores(keep_MS, logit_probs_M, target["num_target_tokens"], 0.01);
      const auto expected = target["methods"]["esm"]["scores"].get<std::vector<double>>();
      ASSERT_EQ(esm.scores_S.size(), expected.size());
      // The goldens and the logit-probabilities are rounded to float32, about 1e-6 of a value near 30.
      for (std::size_t s = 0; s < expected.size(); ++s) EXPECT_NEAR(esm.scores_S[s], expected[s], 2e-5) << s;
      EXPECT_NEAR(esm.bias, target["esm_bias"], 2e-5);
      ++compared;
    }
  }
  EXPECT_EQ(compared, 8);
}

}  // namespace
}  // namespace at2
