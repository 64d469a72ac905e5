#include "attribute/lasso.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "base/errors.h"

namespace at2 {
namespace {

using ::testing::DoubleNear;
using ::testing::Each;
using ::testing::Pointwise;

// Two orthogonal columns of +-1: the optimum is the least-squares weight shrunk by alpha.
const std::vector<double> kOrthogonal_MS = {1, 1, 1, -1, -1, 1, -1, -1};

TEST(LassoTest, OrthogonalColumnsAreSoftThresholded) {
  const std::vector<double> y_M = {3.4, 2.6, -2.6, -3.4};  // 3 x0 + 0.4 x1
  const LassoFit fit = lasso(kOrthogonal_MS, y_M, {.alpha = 0.5, .standardize = Standardize::no});
  EXPECT_THAT(fit.coefficients_S, Pointwise(DoubleNear(1e-14), {2.5, 0.0}));
  EXPECT_TRUE(fit.converged);
}

TEST(LassoTest, WithoutPenaltyItIsLeastSquares) {
  const std::vector<double> x_MS = {0, 1, 2, 3};
  const std::vector<double> y_M = {1, 3, 5, 7};
  const LassoFit fit = lasso(x_MS, y_M, {.alpha = 0});
  EXPECT_NEAR(fit.coefficients_S[0], 2, 1e-12);
  EXPECT_NEAR(fit.intercept, 1, 1e-12);
}

TEST(LassoTest, ConstantColumnGetsNoCoefficient) {
  const std::vector<double> x_MS = {0.1, 0, 0.1, 1, 0.1, 0};
  const std::vector<double> y_M = {0, 1, 0};
  const LassoFit fit = lasso(x_MS, y_M, {.alpha = 0.01});
  EXPECT_EQ(fit.coefficients_S[0], 0);
  EXPECT_GT(fit.coefficients_S[1], 0.5);
}

TEST(LassoTest, ConstantResponseIsTheIntercept) {
  const LassoFit fit = lasso(kOrthogonal_MS, std::vector<double>(4, -7.5), {});
  EXPECT_THAT(fit.coefficients_S, Each(0.0));
  EXPECT_EQ(fit.intercept, -7.5);
  EXPECT_EQ(fit.iterations, 1);
}

TEST(LassoTest, SaysWhenIterationsRanOut) {
  const std::vector<double> x_MS = {1, 1, 2, 2.001, 3, 3, 4, 4.001};
  const std::vector<double> y_M = {1, 4, 2, 5};
  const LassoFit fit = lasso(x_MS, y_M, {.alpha = 1e-6, .max_iterations = 2});
  EXPECT_FALSE(fit.converged);
  EXPECT_EQ(fit.iterations, 2);
}

TEST(LassoTest, RefusesRowsThatDoNotFit) {
  EXPECT_THROW((void)lasso(kOrthogonal_MS, std::vector<double>(3), {}), ContractViolation);
  EXPECT_THROW((void)lasso(kOrthogonal_MS, std::vector<double>{0, 1, 2, std::stod("nan")}, {}), ContractViolation);
}

TEST(EsmScoresTest, ScoresAreInUnitsOfTheLogitProbability) {
  // All four masks of two sources; the logit-probability is -20 + 10 v0, over 5 tokens.
  const std::vector<std::uint8_t> keep_MS = {0, 0, 0, 1, 1, 0, 1, 1};
  const std::vector<double> logit_probs_M = {-20, -20, -10, -10};
  const EsmScores esm = esm_scores(keep_MS, logit_probs_M, 5, 0.01);
  // On the standardised mask the weight per token is 1, shrunk by 0.01; the mask's scale is 1/2.
  EXPECT_NEAR(esm.scores_S[0], (1 - 0.01) / 0.5 * 5, 1e-12);
  EXPECT_EQ(esm.scores_S[1], 0);
  EXPECT_NEAR(esm.bias, -15 - esm.scores_S[0] / 2, 1e-12);
}

TEST(EsmScoresTest, SourceThatWasNeverHiddenScoresZero) {
  const std::vector<std::uint8_t> keep_MS = {1, 0, 1, 1, 1, 0, 1, 1};
  const EsmScores esm = esm_scores(keep_MS, std::vector<double>{-3, 1, -3, 1}, 2, 0.01);
  EXPECT_EQ(esm.scores_S[0], 0);
  EXPECT_GT(esm.scores_S[1], 3);
}

}  // namespace
}  // namespace at2
