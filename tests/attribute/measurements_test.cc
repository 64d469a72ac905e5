#include "attribute/measurements.h"

#include <gtest/gtest.h>

#include "support/tiny_model.h"

namespace at2 {
namespace {

class MeasurementsTest : public ::testing::Test {
 protected:
  MeasurementsTest() { options_.num_surrogate_ablations = 64; }

  Measurements measurements() const { return {model_, task_, span_of(task_.sources), options_}; }

  LanguageModel model_ = testing::load_tiny_model();
  /// Three sources: eight different masks.
  AttributionTask task_ = testing::make_task(3, 4);
  MeasurementOptions options_;
};

TEST_F(MeasurementsTest, ThePassOfTheUnablatedResponseAlsoGivesTheAttention) {
  Measurements shared = measurements();
  Cost unablated;
  Cost attention;
  static_cast<void>(shared.unablated(unablated));
  const at::Tensor attention_GSF = shared.features_GSF(std::vector{Feature::attention}, attention);
  EXPECT_EQ(shared.spent().forward_passes, 1);
  EXPECT_EQ(unablated.forward_passes, 1);
  EXPECT_EQ(attention.forward_passes, 1) << "a method that uses it alone would need the pass";

  Measurements alone = measurements();
  EXPECT_TRUE(attention_GSF.equal(alone.features_GSF(std::vector{Feature::attention}, attention))) << "equal bits";
}

TEST_F(MeasurementsTest, EqualMasksAreChargedOnce) {
  const MeasuredAblations measured = measurements().measure(at::ones({5, 3}, at::kByte));
  EXPECT_EQ(measured.cost.forward_passes, 1);
  EXPECT_EQ(measured.outcomes.log_probs_GM.size(1), 5);
}

TEST_F(MeasurementsTest, FewerSurrogateAblationsAreThoseOfACallForFewerAndCostWhatTheyNeed) {
  Measurements many = measurements();
  options_.num_surrogate_ablations = 4;
  Measurements few = measurements();
  const MeasuredAblations first = many.surrogate_ablations(4);
  const MeasuredAblations asked = few.surrogate_ablations(4);
  EXPECT_TRUE(first.keep_MS.equal(asked.keep_MS));
  EXPECT_EQ(first.cost.forward_passes, asked.cost.forward_passes);
  EXPECT_LT(first.outcomes.log_probs_GM.sub(asked.outcomes.log_probs_GM).abs().max().item<double>(), 2e-5);
  EXPECT_EQ(first.outcomes.log_probs_GM.size(1), 4);
  EXPECT_EQ(many.surrogate_ablations(64).cost.forward_passes, 8);
  EXPECT_EQ(many.spent().forward_passes, 8);
}

TEST_F(MeasurementsTest, AWholeBlockOfSurrogateAblationsHasTheBitsOfACallForIt) {
  task_ = testing::make_task(8, 3);
  Measurements many = measurements();
  options_.num_surrogate_ablations = 32;
  Measurements few = measurements();
  EXPECT_TRUE(
      many.surrogate_ablations(32).outcomes.log_probs_GM.equal(few.surrogate_ablations(32).outcomes.log_probs_GM));
}

}  // namespace
}  // namespace at2
