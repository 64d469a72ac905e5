#include "train/prior_choice.h"

#include <gtest/gtest.h>

#include "base/errors.h"
#include "train/batch_gradient.h"
#include "train/batch_sampler.h"
#include "train/feature_scales.h"
#include "train/random_features.h"
#include "train/validation_split.h"

namespace at2 {
namespace {

/// 12 heads. Logit-probs that all heads share in alike, or that one head makes; with noise.
struct Planted : FeatureTable {
  enum class Made { by_all, by_one };
  Planted(Made made, std::int64_t examples) {
    RandomStream random(5, "prior");
    for (std::int64_t example = 0; example < examples; ++example) {
      const at::Tensor features_GMF = random_tensor({2, 16, 12}, random);
      const at::Tensor signal_GM = made == Made::by_all ? features_GMF.mean(2) * 3 : features_GMF.select(2, 7);
      add(features_GMF, signal_GM + random_tensor({2, 16}, random) - 5);
    }
  }
};

class PriorChoiceTest : public ::testing::Test {
 protected:
  PriorChoiceTest() {
    options_.steps = 200;
    options_.learning_rate = 1e-2;
    options_.prior_candidates = {0, 0.01, 1};
  }

  [[nodiscard]] std::vector<PriorTrial> trials(const FeatureSource& source) const {
    return try_priors(source, 12, options_, 1, *communicator_, feature_scales(source, 12, 1, *communicator_), {});
  }

  TrainOptions options_;
  std::unique_ptr<Communicator> communicator_ = make_self_communicator();
};

TEST_F(PriorChoiceTest, WhereAllHeadsCountAlikeAStrongPriorIsChosen) {
  EXPECT_EQ(best_prior(trials(Planted(Planted::Made::by_all, 8))), 1);
}

TEST_F(PriorChoiceTest, WhereOneHeadCountsAWeakOneIsChosen) {
  EXPECT_LT(best_prior(trials(Planted(Planted::Made::by_one, 40))), 1);
}

TEST_F(PriorChoiceTest, ATrialIsTheMeanLossOnWhatFourTrainingsHaveNotSeen) {
  const Planted table(Planted::Made::by_one, 10);
  options_.prior_candidates = {0.01};
  const std::vector<double> scale_F = feature_scales(table, 12, 1, *communicator_);
  TrainOptions given = options_;
  given.prior_strength = 0.01;
  double loss = 0;
  for (std::int64_t fold = 0; fold < 4; ++fold) {
    FeatureTable others;
    FeatureTable left_out;
    std::vector<TargetIndex> targets;
    for (std::int64_t example = 0; example < 10; ++example) {
      FeatureTable& part = example % 4 == fold ? left_out : others;
      part.add(table.features_GMF(example), table.logit_probs_GM(example));
    }
    for (std::int64_t example = 0; example < left_out.num_examples(); ++example) {
      targets.insert(targets.end(), {{example, 0}, {example, 1}});
    }
    // Batches of all examples, one of two targets each, are drawn by the example's place: so the places are kept here.
    std::vector<bool> apart;
    for (std::int64_t example = 0; example < 10; ++example) apart.push_back(example % 4 == fold);
    const ValidationSplit split(table, apart);
    Trainer trainer(split, 12, given, *communicator_, scale_F);
    const BatchSampler sampler(split, given.batch_size, 1);
    for (std::int64_t step = 0; step < given.steps; ++step) trainer.step(sampler.draw(step));
    loss +=
        batch_gradient(left_out, targets, trainer.theta_F(), *communicator_).loss * static_cast<double>(targets.size());
  }
  const std::vector<PriorTrial> found = trials(table);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].first, 0.01);
  EXPECT_NEAR(found[0].second, loss / 20, 1e-12);
}

TEST_F(PriorChoiceTest, TheResultIsThatOfTheChosenStrength) {
  const Planted table(Planted::Made::by_all, 8);
  std::int64_t steps = 0;
  const auto count = [&](const StepReport&) { ++steps; };
  const TrainResult chosen = train(table, {3, 4}, options_, 1, *communicator_, count);
  EXPECT_EQ(chosen.prior_strength, 1);
  EXPECT_EQ(chosen.prior_trials.size(), 3U);
  EXPECT_EQ(steps, (3 * 4 + 1) * options_.steps);
  options_.prior_candidates = {};
  options_.prior_strength = 1;
  const TrainResult given = train(table, {3, 4}, options_, 1, *communicator_);
  EXPECT_TRUE(at::equal(given.estimator.weight(), chosen.estimator.weight()));
  EXPECT_TRUE(given.prior_trials.empty());
}

TEST_F(PriorChoiceTest, ExamplesWithoutATargetAreNoPart) {
  FeatureTable table;
  const Planted four(Planted::Made::by_all, 4);
  for (std::int64_t example = 0; example < 4; ++example) {
    for (int empty = 0; empty < 3; ++empty) table.add(at::zeros({0, 16, 12}), at::zeros({0, 16}));
    table.add(four.features_GMF(example), four.logit_probs_GM(example));
  }
  EXPECT_EQ(trials(table).size(), 3U);
}

TEST_F(PriorChoiceTest, FewerThanFourExamplesAreRefused) {
  const Planted three(Planted::Made::by_all, 3);
  EXPECT_THROW((void)train(three, {3, 4}, options_, 1, *communicator_), UserError);
}

TEST(BestPriorTest, OfEqualsTheStrongerIsTaken) {
  EXPECT_EQ(best_prior(std::vector<PriorTrial>{{0.1, -0.5}, {1, -0.5}, {3, -0.4}}), 1);
  EXPECT_EQ(best_prior(std::vector<PriorTrial>{{0.1, -0.6}, {1, -0.5}}), 0.1);
}

}  // namespace
}  // namespace at2
