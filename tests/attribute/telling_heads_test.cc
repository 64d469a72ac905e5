#include "attribute/telling_heads.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace at2 {
namespace {

using ::testing::ElementsAre;

ScoreEstimator estimator(const std::vector<float>& weights) {
  return {1, std::ssize(weights), at::tensor(weights, at::kFloat)};
}

TEST(TellingHeadsTest, AreThoseOfHighestCoefficientThenThoseOfLowestMagnitude) {
  EXPECT_THAT(telling_heads(estimator({0.1F, -0.9F, 0.5F, 0.02F, 0.7F, -0.01F}), 2), ElementsAre(4, 2, 5, 3));
}

TEST(TellingHeadsTest, OfEqualOnesTheFirstIsTaken) {
  EXPECT_THAT(telling_heads(estimator({0.25F, -0.25F, 0.25F, 0.25F}), 1), ElementsAre(0, 1));
}

TEST(TellingHeadsTest, FewHeadsAreShownOnce) {
  EXPECT_THAT(telling_heads(estimator({0.1F, 0.9F, -0.5F}), 2), ElementsAre(1, 0, 2));
}

}  // namespace
}  // namespace at2
