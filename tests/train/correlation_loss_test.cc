#include "train/correlation_loss.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "base/errors.h"
#include "base/random.h"

namespace at2 {
namespace {

using ::testing::Each;

TEST(CorrelationLossTest, PerfectCorrelationIsMinusOneAndOppositeIsOne) {
  const std::vector<float> y = {1, 2, 5, 3};
  EXPECT_NEAR(correlation_loss(std::vector<double>{10, 20, 50, 30}, y).loss, -1, 1e-8);
  EXPECT_NEAR(correlation_loss(std::vector<double>{-1, -2, -5, -3}, y).loss, 1, 1e-8);
}

TEST(CorrelationLossTest, AHandComputedCase) {
  // x = 0,0,1,1 and y = 0,1,0,3: cov = 1/4, var x = 1/4, var y = 3/2.
  const CorrelationLoss loss = correlation_loss(std::vector<double>{0, 0, 1, 1}, std::vector<float>{0, 1, 0, 3});
  EXPECT_NEAR(loss.loss, -0.25 / std::sqrt(0.25 * 1.5), 1e-7);
}

TEST(CorrelationLossTest, GradientEqualsCentralDifferences) {
  RandomStream random(3, "test");
  std::vector<double> x(11);
  std::vector<float> y(11);
  for (double& value : x) value = random.uniform();
  for (float& value : y) value = static_cast<float>(random.uniform() * 8 - 20);
  const CorrelationLoss loss = correlation_loss(x, y);
  const double step = 1e-5;
  for (std::size_t i = 0; i < x.size(); ++i) {
    std::vector<double> up = x;
    std::vector<double> down = x;
    up[i] += step;
    down[i] -= step;
    const double slope = (correlation_loss(up, y).loss - correlation_loss(down, y).loss) / (2 * step);
    EXPECT_NEAR(loss.gradient_M[i], slope, 1e-8) << "prediction " << i;
  }
}

TEST(CorrelationLossTest, ConstantLogitProbsGiveNoLossAndNoGradient) {
  // The mean of equal numbers that are not exact in binary is not always that number.
  for (const float constant : {0.0F, -7.3F, 1e-3F}) {
    const CorrelationLoss loss =
        correlation_loss(std::vector<double>{1, 2, 4, 7, 5, 3, 9}, std::vector<float>(7, constant));
    EXPECT_EQ(loss.loss, 0);
    EXPECT_THAT(loss.gradient_M, Each(0));
  }
}

TEST(CorrelationLossTest, ConstantPredictionsGiveFiniteNumbers) {
  const CorrelationLoss loss = correlation_loss(std::vector<double>(4, 0.5), std::vector<float>{1, 2, 3, 5});
  EXPECT_EQ(loss.loss, 0);
  for (const double value : loss.gradient_M) EXPECT_TRUE(std::isfinite(value));
}

TEST(CorrelationLossTest, UnequalSizesAreRefused) {
  EXPECT_THROW((void)correlation_loss(std::vector<double>(3), std::vector<float>(4)), ContractViolation);
}

}  // namespace
}  // namespace at2
