#include "app/estimator_lds.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/evaluated_run.h"
#include "app/tensor_values.h"
#include "evaluate/lds.h"

namespace at2 {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

std::vector<LdsEstimator> load(const std::vector<std::string>& words) { return load_lds_estimators(words); }

class EstimatorLdsTest : public ::testing::Test {
 protected:
  [[nodiscard]] std::string write(const std::string& name, const std::vector<float>& weights,
                                  const std::vector<Feature>& features = {Feature::attention}) const {
    return write_estimator(run_.files().path() / name, weights, features).string();
  }
  std::vector<MeasuredKind> measure(const std::vector<std::string>& words, const LdsSelection& selection = {}) const {
    return lds_of_estimators(run_.folder().root(), load(words), selection);
  }

  MadeUpRun run_;
};

TEST_F(EstimatorLdsTest, ThetaOfWhatTheProbabilitiesFollowScoresOneAndItsNegativeMinusOne) {
  add_three_examples(run_);
  const auto kinds = measure({write("a.h5", {1, 0, 0, 0, 0, 0}), write("b.h5", {-2, 0, 0, 0, 0, 0})});
  ASSERT_EQ(kinds.size(), 1U);
  EXPECT_EQ(kinds[0].kind, SourceKind::token);
  ASSERT_EQ(kinds[0].methods.size(), 2U);
  EXPECT_EQ(kinds[0].methods[1].key, "b");
  ASSERT_EQ(kinds[0].methods[0].examples.size(), 3U);
  for (std::size_t example = 0; example < 3; ++example) {
    ASSERT_EQ(kinds[0].methods[0].examples[example].lds_G.size(), 2U);
    for (std::size_t g = 0; g < 2; ++g) {
      EXPECT_NEAR(*kinds[0].methods[0].examples[example].lds_G[g], 1, 1e-12);
      EXPECT_NEAR(*kinds[0].methods[1].examples[example].lds_G[g], -1, 1e-12);
    }
  }
}

TEST_F(EstimatorLdsTest, LdsIsThatOfTheEstimatorsScoresOnTheStoredMasks) {
  add_three_examples(run_);
  const std::string path = write("a.h5", {1, 2, -3, 4, -5, 6});
  const auto estimators = load({path});
  const auto kinds = measure({path});
  const at::Tensor keep_MS = made_up_masks();
  const auto* keep = keep_MS.const_data_ptr<std::uint8_t>();
  for (std::int64_t example = 0; example < 3; ++example) {
    const at::Tensor features_GSF = made_up_features(example);
    const auto scores_GS = rows_of(estimators[0].stored.estimator(features_GSF));
    const auto outcomes_GM = rows_of(sums_of_head_0(features_GSF, keep_MS));
    for (std::size_t g = 0; g < 2; ++g) {
      const auto expected = lds({keep, 50}, scores_GS[g], outcomes_GM[g]);
      EXPECT_EQ(kinds[0].methods[0].examples[static_cast<std::size_t>(example)].lds_G[g], expected);
    }
  }
}

TEST_F(EstimatorLdsTest, StoredMethodsStandAfterTheEstimatorsAndOnlyWhereAskedFor) {
  add_three_examples(run_);
  const std::string level = write("level.h5", {1, 1, 1, 1, 1, 1});
  EXPECT_EQ(measure({level})[0].methods.size(), 1U);
  const auto methods = measure({level}, {{}, {"average_attention"}})[0].methods;
  ASSERT_EQ(methods.size(), 2U);
  EXPECT_EQ(methods[1].key, "average_attention");
  EXPECT_EQ(methods[1].title, "Average attention");
  // All weights alike are the average, whose ranks do not know of scale.
  for (std::size_t example = 0; example < 3; ++example) {
    EXPECT_NEAR(*methods[0].examples[example].lds_G[0], *methods[1].examples[example].lds_G[0], 1e-9);
  }
  EXPECT_THAT(message_of([&] {
                measure({level}, {{}, {"gradient"}});
              }),
              AllOf(HasSubstr("gradient was not measured"), HasSubstr("measured: average_attention")));
  EXPECT_THAT(message_of([&] { measure({level}, {{SourceKind::sentence}, {}}); }), HasSubstr("measured: token"));
}

TEST_F(EstimatorLdsTest, AnEstimatorTakesItsKindsOutOfTheStoredOnes) {
  const std::vector<Feature> stored = {Feature::attention, Feature::value_norm};
  const at::Tensor features_GSF = made_up_features(0, 2);
  const auto taken = [&](const std::vector<Feature>& kinds) {
    const at::Tensor theta = at::ones({6 * std::ssize(kinds)});
    return features_for(ScoreEstimator(2, 3, theta, kinds), features_GSF, stored, "x");
  };
  EXPECT_TRUE(taken({Feature::value_norm}).equal(features_GSF.narrow(2, 6, 6)));
  EXPECT_TRUE(taken({Feature::attention, Feature::value_norm}).equal(features_GSF));
  EXPECT_TRUE(taken({Feature::value_norm, Feature::attention}).equal(features_GSF.roll(6, 2)));
  EXPECT_THAT(message_of([&] { taken({Feature::logit_contribution}); }),
              AllOf(HasSubstr("it weighs logit_contribution, stored are attention, value_norm"),
                    HasSubstr("ablate.features: [logit_contribution]")));
}

TEST_F(EstimatorLdsTest, OtherNumbersOfHeadsAreRefused) {
  const ScoreEstimator other(4, 3);
  const std::vector<Feature> stored = {Feature::attention};
  EXPECT_THAT(message_of([&] { (void)features_for(other, made_up_features(0), stored, "x"); }),
              HasSubstr("it has 12 heads"));
}

TEST_F(EstimatorLdsTest, WithoutStoredFeaturesItSaysHowToGetThem) {
  add_scores(run_, 0, 1, {Feature::attention}, WithFeatures::no);
  EXPECT_THAT(message_of([&] {
                measure({write("a.h5", {1, 0, 0, 0, 0, 0})});
              }),
              AllOf(HasSubstr("has no stored features"), HasSubstr("evaluate.store_features: true"),
                    HasSubstr("in another folder")));
}

TEST_F(EstimatorLdsTest, AnUnfinishedEvaluationIsRefused) {
  add_scores(run_, 0, 2);
  EXPECT_THAT(message_of([&] { measure({write("a.h5", {1, 0, 0, 0, 0, 0})}); }), HasSubstr("at2 evaluate"));
}

}  // namespace
}  // namespace at2
