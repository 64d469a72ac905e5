#include "train/feature_loops.h"

#include <gtest/gtest.h>

#include <vector>

#include "base/errors.h"
#include "base/random.h"
#include "train/fixed_order.h"

namespace at2 {
namespace {

/// Numbers of a wide range, so that another order of summation would show.
template <class Scalar>
std::vector<Scalar> wide_numbers(std::size_t count, RandomStream& random) {
  std::vector<Scalar> numbers;
  for (std::size_t i = 0; i < count; ++i) {
    numbers.push_back(static_cast<Scalar>((2 * random.uniform() - 1) * (i % 7 == 0 ? 1e4 : 1e-2)));
  }
  return numbers;
}

struct Shape {
  std::size_t M;
  std::size_t F;
};

class FeatureLoopsTest : public ::testing::TestWithParam<Shape> {
 protected:
  std::size_t M_ = GetParam().M;
  std::size_t F_ = GetParam().F;
  RandomStream random_{5, "feature loops"};
  std::vector<float> features_ = wide_numbers<float>(M_ * F_, random_);
};

TEST_P(FeatureLoopsTest, PredictionsHaveTheBitsOfEachRowsFixedOrderDot) {
  const std::vector<double> theta = wide_numbers<double>(F_, random_);
  std::vector<double> predictions(M_);
  predict_rows(features_, theta, predictions);
  for (std::size_t m = 0; m < M_; ++m) {
    EXPECT_EQ(predictions[m], fixed_order_dot(std::span<const float>(features_).subspan(m * F_, F_), std::span(theta)))
        << "row " << m;
  }
}

TEST_P(FeatureLoopsTest, WeightedRowsAreSummedInTheirOrderInFloat32AndAdded) {
  const std::vector<float> weights = wide_numbers<float>(M_, random_);
  std::vector<double> sums(F_, 0.125);
  add_weighted_rows(features_, weights, sums);
  for (std::size_t f = 0; f < F_; ++f) {
    float sum = 0;
    for (std::size_t m = 0; m < M_; ++m) sum += weights[m] * features_[m * F_ + f];
    EXPECT_EQ(sums[f], 0.125 + static_cast<double>(sum)) << "feature " << f;
  }
}

INSTANTIATE_TEST_SUITE_P(Shapes, FeatureLoopsTest,
                         ::testing::Values(Shape{32, 1024}, Shape{32, 270}, Shape{7, 64}, Shape{1, 5}, Shape{5, 71}),
                         [](const auto& shape) {
                           return std::to_string(shape.param.M) + "x" + std::to_string(shape.param.F);
                         });

TEST(FeatureLoopsContractTest, RowsOfAnotherWidthAreRefused) {
  const std::vector<float> features(6);
  const std::vector<double> theta(4);
  std::vector<double> predictions(2);
  EXPECT_THROW(predict_rows(features, theta, predictions), ContractViolation);
}

}  // namespace
}  // namespace at2
