#include "train/sparse_heads.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "train/random_features.h"
#include "train/trainer.h"

namespace at2 {
namespace {

using ::testing::ElementsAre;

/// L H = 12 heads, whose logit-probs follow heads 2, 5 and 11 of `num_kinds` features each.
struct Planted : FeatureTable {
  explicit Planted(std::int64_t num_kinds) {
    RandomStream random(3, "planted");
    for (std::int64_t example = 0; example < 40; ++example) {
      const at::Tensor features_GMF = random_tensor({2, 24, 12 * num_kinds}, random);
      // The last kind is what counts.
      const at::Tensor own_GMH = features_GMF.narrow(2, 12 * (num_kinds - 1), 12);
      const at::Tensor noise_GM = random_tensor({2, 24}, random);
      add(features_GMF,
          own_GMH.select(2, 2) + 0.8 * own_GMH.select(2, 5) - 0.6 * own_GMH.select(2, 11) + 0.1 * noise_GM - 5);
    }
  }
};

std::vector<std::int64_t> steps_seen(std::span<const StepReport> reports) {
  std::vector<std::int64_t> steps;
  for (const StepReport& report : reports) steps.push_back(report.step);
  return steps;
}

class SparseHeadsTest : public ::testing::Test {
 protected:
  SparseHeadsTest() {
    options_.steps = 300;
    // From 1 / 3 a weight must be able to pass 0.
    options_.learning_rate = 1e-2;
  }

  [[nodiscard]] TrainResult result(const FeatureSource& source, const HeadFeatures& heads = {3, 4}) const {
    return train(source, heads, options_, 1, *communicator_);
  }

  TrainOptions options_;
  std::unique_ptr<Communicator> communicator_ = make_self_communicator();
};

TEST_F(SparseHeadsTest, TheHeadsThatPredictTheOutcomeAreFound) {
  options_.sparse_heads = 3;
  const TrainResult sparse = result(Planted(1));
  EXPECT_THAT(weighed_heads(sparse.estimator), ElementsAre(2, 5, 11));
  EXPECT_NEAR(sparse.estimator.weight().abs().sum().item<double>(), 1, 1e-6);
  const at::Tensor weight_F = sparse.estimator.weight();
  EXPECT_GT(weight_F[2].item<float>(), weight_F[5].item<float>());
  EXPECT_LT(weight_F[11].item<float>(), 0);
  EXPECT_LT(sparse.history.back().loss, -0.9);
}

TEST_F(SparseHeadsTest, AsManyHeadsAsAskedForHaveAWeight) {
  const Planted table(1);
  for (const std::int64_t count : {1, 4, 11}) {
    options_.sparse_heads = count;
    EXPECT_EQ(std::ssize(weighed_heads(result(table).estimator)), count);
  }
}

TEST_F(SparseHeadsTest, AHeadIsChosenWithAllItsFeatures) {
  options_.sparse_heads = 3;
  const TrainResult sparse = result(Planted(2), {3, 4, {Feature::attention, Feature::value_norm}});
  EXPECT_THAT(weighed_heads(sparse.estimator), ElementsAre(2, 5, 11));
  EXPECT_EQ((sparse.estimator.weight() != 0).sum().item<std::int64_t>(), 6) << "two weights of each head";
}

TEST_F(SparseHeadsTest, AllHeadsAreTheDenseResultToTheBit) {
  const Planted table(1);
  const TrainResult dense = result(table);
  for (const std::int64_t count : {12, 13, 1000}) {
    options_.sparse_heads = count;
    const TrainResult all = result(table);
    EXPECT_TRUE(all.estimator.weight().equal(dense.estimator.weight())) << count;
    EXPECT_EQ(all.history.back().loss, dense.history.back().loss);
  }
}

TEST_F(SparseHeadsTest, TheSecondTrainingIsThatOfATrainerWithTheChosenHeads) {
  options_.steps = 20;
  options_.sparse_heads = 3;
  const Planted table(1);
  const TrainResult sparse = result(table);
  FeatureTable narrow;
  for (std::int64_t example = 0; example < table.num_examples(); ++example) {
    const at::Tensor chosen = at::tensor(weighed_heads(sparse.estimator), at::kLong);
    narrow.add(table.features_GMF(example).index_select(2, chosen), table.logit_probs_GM(example));
  }
  options_.sparse_heads = 0;
  const TrainResult alone = result(narrow, {1, 3});
  const at::Tensor chosen_weights = sparse.estimator.weight().masked_select(sparse.estimator.weight() != 0);
  EXPECT_TRUE(at::allclose(chosen_weights, alone.estimator.weight(), 1e-5, 1e-7));
  EXPECT_NEAR(sparse.history.back().gradient_norm, alone.history.back().gradient_norm, 1e-6) << "others have none";
}

TEST_F(SparseHeadsTest, SoItIsWithAPrior) {
  options_.sparse_heads = 3;
  options_.prior_strength = 100;
  const TrainResult sparse = result(Planted(1));
  const at::Tensor chosen = sparse.estimator.weight().masked_select(sparse.estimator.weight() != 0);
  ASSERT_EQ(chosen.numel(), 3);
  EXPECT_LE(std::abs(sparse.history.front().loss), 1) << "uniform weights of the chosen are where the prior draws to";
  EXPECT_LT((chosen - 1.0 / 3).abs().max().item<double>(), 0.02);
}

TEST_F(SparseHeadsTest, HistoryIsThatOfTheSecondTrainingAndEveryStepIsTold) {
  options_.steps = 5;
  options_.sparse_heads = 2;
  std::vector<StepReport> told;
  const TrainResult sparse =
      train(Planted(1), {3, 4}, options_, 1, *communicator_, [&](const StepReport& report) { told.push_back(report); });
  EXPECT_EQ(num_steps_in_all(options_, 12), 10);
  EXPECT_THAT(steps_seen(told), ElementsAre(0, 1, 2, 3, 4, 0, 1, 2, 3, 4));
  EXPECT_THAT(steps_seen(sparse.history), ElementsAre(0, 1, 2, 3, 4));
  EXPECT_EQ(sparse.history.back().loss, told.back().loss);
  EXPECT_NE(sparse.history.front().loss, told.front().loss);
}

TEST_F(SparseHeadsTest, ValidationChoosesTheStepOfTheSecondTraining) {
  options_.sparse_heads = 2;
  options_.validation_fraction = 0.3;
  const TrainResult sparse = result(Planted(1));
  EXPECT_EQ(sparse.validation.size(), 50U);
  EXPECT_EQ(sparse.validation.back().first, options_.steps);
  EXPECT_EQ(weighed_heads(sparse.estimator).size(), 2U);
}

TEST_F(SparseHeadsTest, OneTrainingHasTheStepsAskedFor) {
  options_.sparse_heads = 0;
  EXPECT_EQ(num_steps_in_all(options_, 12), 300);
  options_.sparse_heads = 12;
  EXPECT_EQ(num_steps_in_all(options_, 12), 300);
  options_.sparse_heads = 11;
  EXPECT_EQ(num_steps_in_all(options_, 12), 600);
}

TEST(StrongestHeadsTest, OfEquallyStrongHeadsTheLowerComesFirst) {
  EXPECT_THAT(strongest_heads(std::vector<double>{1, 3, 3, 3, 0, 4}, 3), ElementsAre(1, 2, 5));
  EXPECT_THAT(strongest_heads(std::vector<double>{0, 0, 0}, 2), ElementsAre(0, 1));
  EXPECT_THAT(strongest_heads(std::vector<double>{2, 1}, 9), ElementsAre(0, 1));
}

TEST(StrongestHeadsTest, AHeadIsAsStrongAsItsWeightsTimesItsFeatures) {
  // Three heads of two kinds of features.
  EXPECT_THAT(head_strengths(std::vector<double>{-1, 2, 0, 3, 0, -0.5}, std::vector<double>{1, 2, 9, 1, 9, 4}, 3),
              ElementsAre(4, 4, 2));
}

TEST(FeatureMagnitudesTest, AreMeansOverAblationsAndTargets) {
  FeatureTable table;
  table.add(at::tensor({1.F, -2.F, 0.F, 4.F}).view({1, 2, 2}), at::zeros({1, 2}));
  table.add(at::tensor({-5.F, 6.F, 2.F, 0.F}).view({1, 2, 2}), at::zeros({1, 2}));
  const std::unique_ptr<Communicator> alone = make_self_communicator();
  EXPECT_THAT(feature_magnitudes(table, 2, *alone), ElementsAre(2, 3));
}

}  // namespace
}  // namespace at2
