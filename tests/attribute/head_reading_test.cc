#include "attribute/head_reading.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "attribute/attributor.h"
#include "support/tiny_model.h"

namespace at2 {
namespace {

using ::testing::ElementsAre;

/// Weights for these heads l H + h of 3 layers with 4 heads, alike for all features.
ScoreEstimator weighing(const std::vector<std::int64_t>& heads, std::vector<Feature> features = {Feature::attention}) {
  at::Tensor theta = at::zeros({std::ssize(features), 12});
  for (const std::int64_t head : heads) theta.select(1, head).fill_(0.5);
  return {3, 4, theta, std::move(features)};
}

HeadReading reading_of(const std::vector<Method>& methods) {
  return head_reading(methods, {weighing({1, 6}), weighing({2}, {Feature::logit_contribution}), {}});
}

TEST(HeadReadingTest, At2ReadsTheHeadsThatThetaWeighs) {
  EXPECT_EQ(reading_of({Method::at2}).heads, heads_weighed_by(weighing({1, 6})));
  EXPECT_EQ(reading_of({Method::at2, Method::esm, Method::gradient}).heads, heads_weighed_by(weighing({1, 6})));
  EXPECT_TRUE(head_reading(std::vector{Method::at2}, {ScoreEstimator(3, 4), {}, {}}).heads.is_all());
}

TEST(HeadReadingTest, TwoThetasReadTheHeadsOfBoth) {
  const HeadReading both = reading_of({Method::at2_general, Method::at2});
  EXPECT_EQ(both.heads, heads_weighed_by(weighing({1, 2, 6})));
  EXPECT_THAT(both.features, ElementsAre(Feature::attention, Feature::logit_contribution));
}

TEST(HeadReadingTest, OtherEstimatorsAreReadToo) {
  const Estimators estimators{weighing({1}), {}, {{"x", weighing({7}, {Feature::value_norm})}}};
  const HeadReading reading = head_reading(std::vector{Method::at2}, estimators);
  EXPECT_EQ(reading.heads, heads_weighed_by(weighing({1, 7})));
  EXPECT_THAT(reading.features, ElementsAre(Feature::attention, Feature::value_norm));
  const HeadReading all = with_all_heads(reading, std::vector{Feature::logit_contribution});
  EXPECT_TRUE(all.heads.is_all());
  EXPECT_EQ(all.features.size(), 3U);
}

TEST(HeadReadingTest, MethodsThatAverageReadAllHeads) {
  for (const Method method : {Method::average_attention, Method::value_norm, Method::logit_contribution}) {
    EXPECT_TRUE(reading_of({Method::at2, method}).heads.is_all());
    EXPECT_TRUE(reading_of({method, Method::at2}).heads.is_all());
  }
}

TEST(HeadReadingTest, FeaturesStandInOneOrder) {
  const HeadReading one = reading_of({Method::value_norm, Method::logit_contribution});
  EXPECT_EQ(one, reading_of({Method::logit_contribution, Method::value_norm}));
  EXPECT_THAT(one.features, ElementsAre(Feature::attention, Feature::value_norm, Feature::logit_contribution));
}

TEST(HeadReadingTest, WithoutAMethodThatReadsHeadsItIsTheAttentionOfAll) {
  EXPECT_EQ(reading_of({Method::gradient}), HeadReading());
  EXPECT_EQ(reading_of({}), HeadReading());
}

TEST(HeadReadingTest, ScoresFromTheHeadsThatAreReadAreThoseFromAll) {
  for (const char* name : {"llama3", "gemma3"}) {
    const LanguageModel model = testing::load_tiny_model(name);
    const ModelConfig& config = model.config();
    const AttributionTask task = testing::make_task(4, 3);
    const std::vector<Feature> features = {Feature::attention, Feature::value_norm, Feature::logit_contribution};
    at::Tensor theta = at::zeros({3, config.num_features()});
    theta.select(1, 1).fill_(0.5);
    theta.select(1, config.num_features() - 2).fill_(-0.25);
    const ScoreEstimator estimator(config.num_layers, config.num_heads, theta, features);
    const auto scores_from = [&](std::shared_ptr<const HeadOutputs> outputs) {
      MeasurementOptions options;
      options.outputs = std::move(outputs);
      Measurements measurements(model, task, span_of(task.sources), options);
      return make_at2(estimator)->attribute(measurements).scores_GS;
    };
    const HeadReading some = head_reading(std::vector{Method::at2}, {estimator, {}, {}});
    ASSERT_FALSE(some.heads.is_all());
    const at::Tensor all_GS = scores_from(outputs_for(model, {features, {}}));
    EXPECT_TRUE(at::allclose(scores_from(outputs_for(model, some)), all_GS, 1e-4, 1e-7)) << name;
  }
}

}  // namespace
}  // namespace at2
