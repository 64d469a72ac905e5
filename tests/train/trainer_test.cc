#include "train/trainer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "base/errors.h"
#include "train/batch_sampler.h"
#include "train/feature_scales.h"
#include "train/random_features.h"
#include "train/validation_split.h"

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

TEST_F(TrainerTest, FeaturesOfAKindAreScaledToMeanMagnitudeOne) {
  FeatureTable table;
  for (std::int64_t example = 0; example < table_.num_examples(); ++example) {
    at::Tensor features_GMF = table_.features_GMF(example).clone();
    features_GMF.narrow(2, 6, 6).mul_(100);
    table.add(features_GMF, table_.logit_probs_GM(example));
  }
  const std::vector<double> scales = feature_scales(table, 12, 2, *communicator_);
  EXPECT_EQ(scales[0], scales[5]);
  EXPECT_EQ(scales[6], scales[11]);
  // Uniform in [-1, 1): the mean magnitude is 1/2.
  EXPECT_NEAR(scales[0], 2, 0.1);
  EXPECT_NEAR(scales[6], 0.02, 0.001);
}

TEST_F(TrainerTest, AScaleOfOneKindChangesNothingButTheRoundingOfItsWeights) {
  // Two kinds, of which the second is the first a thousand times larger: their weights are as far apart the other way.
  FeatureTable table;
  for (std::int64_t example = 0; example < table_.num_examples(); ++example) {
    const at::Tensor features_GMF = table_.features_GMF(example);
    table.add(at::cat({features_GMF, features_GMF * 1000}, 2), table_.logit_probs_GM(example));
  }
  TrainOptions options;
  options.steps = 50;
  const HeadFeatures both{3, 4, {Feature::attention, Feature::value_norm}};
  const at::Tensor theta = train(table, both, options, 1, *communicator_).estimator.theta();
  EXPECT_TRUE(at::allclose(theta[0], theta[1] * 1000, 1e-4, 1e-8));
}

TEST_F(TrainerTest, AStrongPriorKeepsThetaUniform) {
  TrainOptions options;
  options.steps = 300;
  const auto spread = [&](double strength) {
    options.prior_strength = strength;
    const at::Tensor weight_F = train(table_, {3, 4}, options, 1, *communicator_).estimator.weight();
    return (weight_F.max() - weight_F.min()).item<double>() * 12;
  };
  const double none = spread(0);
  const double weak = spread(1e-3);
  const double strong = spread(100);
  EXPECT_GT(none, 1);
  EXPECT_LT(weak, none);
  EXPECT_GT(weak, strong);
  EXPECT_LT(strong, 0.05);
}

TEST_F(TrainerTest, StepsGoDownTheLossWithItsPrior) {
  TrainOptions options;
  options.steps = 1000;
  options.prior_strength = 0.3;
  Trainer trainer(table_, 12, options, *communicator_);
  const std::vector<TargetIndex> batch = BatchSampler(table_, 20, 1).draw(0);
  double before = trainer.step(batch).loss;
  for (int step = 0; step < 200; ++step) {
    const double loss = trainer.step(batch).loss;
    EXPECT_LE(loss, before + 1e-3) << "a step down the loss with its prior";
    before = loss;
  }
}

TEST_F(TrainerTest, TheStepWithTheLowestValidationLossIsTaken) {
  TrainOptions options;
  options.steps = 200;
  options.validation_fraction = 0.3;
  const TrainResult result = train(table_, {3, 4}, options, 1, *communicator_);
  EXPECT_EQ(result.validation.size(), 50U);
  double lowest = 2;
  std::int64_t step = 0;
  for (const auto& [done, loss] : result.validation) {
    if (loss < lowest) step = done;
    lowest = std::min(lowest, loss);
  }
  EXPECT_EQ(result.best_step, step);
  EXPECT_LT(lowest, -0.5);
}

TEST_F(TrainerTest, ValidationExamplesAreNotTrainedOn) {
  const ValidationSplit split(table_, 0.3, 1);
  std::set<std::int64_t> apart;
  for (const TargetIndex index : split.validation()) apart.insert(index.example);
  EXPECT_GT(apart.size(), 3U);
  EXPECT_LT(apart.size(), 20U);
  for (std::int64_t step = 0; step < 20; ++step) {
    for (const TargetIndex index : BatchSampler(split, 8, 1).draw(step)) EXPECT_FALSE(apart.contains(index.example));
  }
  EXPECT_TRUE(ValidationSplit(table_, 0, 1).validation().empty());
  EXPECT_THROW(ValidationSplit(table_, 1e-9, 1), UserError);
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
