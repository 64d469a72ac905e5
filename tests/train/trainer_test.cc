#include "train/trainer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "base/errors.h"
#include "train/batch_sampler.h"
#include "train/random_features.h"

namespace at2 {
namespace {

TEST(CosineRateTest, StartsAtThePeakPassesHalfAndEndsAboveZero) {
  EXPECT_DOUBLE_EQ(cosine_rate(1e-3, 0, 1000), 1e-3);
  EXPECT_DOUBLE_EQ(cosine_rate(1e-3, 500, 1000), 5e-4);
  EXPECT_GT(cosine_rate(1e-3, 999, 1000), 0);
  EXPECT_LT(cosine_rate(1e-3, 999, 1000), 1e-8);
}

TEST(ClipGradientTest, LongGradientsAreShortenedAndShortOnesKept) {
  std::vector<double> large = {3, 4};
  EXPECT_DOUBLE_EQ(clip_gradient(large, 1.0), 5);
  EXPECT_NEAR(large[0], 3 / 5.000001, 1e-15);
  std::vector<double> small = {0.3, 0.4};
  EXPECT_DOUBLE_EQ(clip_gradient(small, 1.0), 0.5);
  EXPECT_THAT(small, ::testing::ElementsAre(0.3, 0.4));
}

TEST(AdamTest, TheFirstUpdateGoesOneRateAgainstTheGradient) {
  Adam adam(2);
  std::vector<double> theta = {1, 1};
  adam.update(theta, std::vector<double>{5, -0.01}, 1e-3);
  EXPECT_NEAR(theta[0], 1 - 1e-3, 1e-10);
  EXPECT_NEAR(theta[1], 1 + 1e-3, 1e-8);
}

class TrainerTest : public ::testing::Test {
 protected:
  TrainerTest() { fill_random(table_, 40, 16, 12); }

  FeatureTable table_;
  std::unique_ptr<Communicator> communicator_ = make_self_communicator();
};

TEST_F(TrainerTest, BatchesHoldDifferentExamplesThatHaveTargets) {
  std::set<std::int64_t> targets_seen;
  for (std::int64_t step = 0; step < 50; ++step) {
    const std::vector<TargetIndex> batch = BatchSampler(table_, 8, 1).draw(step);
    ASSERT_EQ(batch.size(), 8U);
    std::set<std::int64_t> examples;
    for (const TargetIndex index : batch) {
      EXPECT_TRUE(examples.insert(index.example).second);
      ASSERT_LT(index.target, table_.num_targets(index.example));
      if (index.example == 3) targets_seen.insert(index.target);
    }
  }
  EXPECT_THAT(targets_seen, ::testing::ElementsAre(0, 1, 2));
}

TEST_F(TrainerTest, WithFewerExamplesThanTheBatchSizeAllAreTaken) {
  std::vector<std::int64_t> examples;
  for (const TargetIndex index : BatchSampler(table_, 512, 1).draw(0)) examples.push_back(index.example);
  std::sort(examples.begin(), examples.end());
  std::vector<std::int64_t> expected;
  for (std::int64_t example = 0; example < 40; ++example) {
    if (example % 4 != 0) expected.push_back(example);
  }
  EXPECT_EQ(examples, expected);
}

TEST_F(TrainerTest, BatchesDependOnSeedAndStepAlone) {
  EXPECT_EQ(BatchSampler(table_, 8, 1).draw(5), BatchSampler(table_, 8, 1).draw(5));
  EXPECT_NE(BatchSampler(table_, 8, 1).draw(5), BatchSampler(table_, 8, 1).draw(6));
  EXPECT_NE(BatchSampler(table_, 8, 1).draw(5), BatchSampler(table_, 8, 2).draw(5));
}

TEST_F(TrainerTest, TheGradientEqualsCentralDifferences) {
  const std::vector<TargetIndex> batch = BatchSampler(table_, 20, 1).draw(0);
  std::vector<double> theta(12, 1.0 / 12);
  const BatchGradient gradient = batch_gradient(table_, batch, theta, *communicator_);
  for (std::size_t f = 0; f < theta.size(); ++f) {
    const double kept = theta[f];
    theta[f] = kept + 1e-5;
    const double up = batch_gradient(table_, batch, theta, *communicator_).loss;
    theta[f] = kept - 1e-5;
    const double down = batch_gradient(table_, batch, theta, *communicator_).loss;
    theta[f] = kept;
    EXPECT_NEAR(gradient.gradient_F[f], (up - down) / 2e-5, 1e-6) << "feature " << f;
  }
}

TEST_F(TrainerTest, ATargetWithConstantLogitProbsCountsInTheMean) {
  const std::vector<double> theta(12, 1.0 / 12);
  const std::vector<TargetIndex> one = {{1, 0}};
  const double alone = batch_gradient(table_, one, theta, *communicator_).loss;
  table_.add(table_.features_GMF(1), at::full({1, 16}, -3.7F));
  const std::vector<TargetIndex> both = {{1, 0}, {40, 0}};
  EXPECT_DOUBLE_EQ(batch_gradient(table_, both, theta, *communicator_).loss, alone / 2);
}

TEST_F(TrainerTest, TrainingFindsTheFeaturesThatMatter) {
  TrainOptions options;
  options.steps = 600;
  std::int64_t calls = 0;
  const TrainResult result =
      train(table_, {3, 4}, options, 1, *communicator_, [&](const StepReport& report) { calls += report.step >= 0; });
  EXPECT_EQ(calls, 600);
  ASSERT_EQ(result.history.size(), 600U);
  EXPECT_EQ(result.num_examples, 30);
  EXPECT_EQ(result.num_targets, 60);
  EXPECT_LT(result.history.back().loss, -0.9);
  EXPECT_LT(result.history.back().loss, result.history.front().loss - 0.3);
  const at::Tensor weight_F = result.estimator.weight();
  EXPECT_NEAR(weight_F.abs().sum().item<double>(), 1, 1e-6);
  EXPECT_EQ(weight_F.argmax().item<std::int64_t>(), 0);
}

TEST_F(TrainerTest, HalfPrecisionFeaturesAreTakenAsTheirValues) {
  FeatureTable half;
  FeatureTable same;
  for (std::int64_t example = 0; example < table_.num_examples(); ++example) {
    const at::Tensor features_GMF = table_.features_GMF(example).to(at::kHalf);
    half.add(features_GMF, table_.logit_probs_GM(example));
    same.add(features_GMF.to(at::kFloat), table_.logit_probs_GM(example));
  }
  TrainOptions options;
  options.steps = 3;
  EXPECT_TRUE(at::equal(train(half, {3, 4}, options, 1, *communicator_).estimator.weight(),
                        train(same, {3, 4}, options, 1, *communicator_).estimator.weight()));
}

TEST_F(TrainerTest, WithoutTargetsThereIsNothingToTrainOn) {
  FeatureTable empty;
  empty.add(at::zeros({0, 16, 12}), at::zeros({0, 16}));
  EXPECT_THROW((void)train(empty, {3, 4}, {}, 1, *communicator_), UserError);
}

TEST_F(TrainerTest, NumbersThatAreNotFiniteAreRefusedWithTheirExample) {
  FeatureTable table;
  table.add(at::zeros({1, 2, 3}), at::zeros({1, 2}));
  try {
    table.add(at::zeros({1, 2, 3}), at::full({1, 2}, std::numeric_limits<float>::infinity()));
    FAIL() << "nothing was thrown";
  } catch (const UserError& error) {
    EXPECT_THAT(error.what(), ::testing::HasSubstr("training example 1"));
  }
}

}  // namespace
}  // namespace at2
