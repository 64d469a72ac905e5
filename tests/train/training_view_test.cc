#include "train/training_view.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "base/errors.h"
#include "train/random_features.h"

namespace at2 {
namespace {

const std::vector<Feature> kMeasured = {Feature::attention, Feature::value_norm, Feature::logit_contribution};

class TrainingViewTest : public ::testing::Test {
 protected:
  // Examples have 0, 1, 2, 3, 0, 1, ... targets, 6 ablations, and 2 heads of 3 kinds of features.
  TrainingViewTest() { fill_random(table_, 8, 6, 6); }
  FeatureTable table_;
};

TEST_F(TrainingViewTest, SeesEverythingUnlessToldOtherwise) {
  const TrainingView view(table_, kMeasured, {});
  for (std::int64_t example = 0; example < 8; ++example) EXPECT_EQ(view.num_targets(example), example % 4);
  EXPECT_TRUE(at::equal(view.target({3, 2}).features_MF, table_.target({3, 2}).features_MF));
  EXPECT_TRUE(at::equal(view.target({3, 2}).logit_probs_M, table_.target({3, 2}).logit_probs_M));
}

TEST_F(TrainingViewTest, FeaturesStandInTheOrderAskedFor) {
  const TrainingView view(table_, kMeasured, {{Feature::logit_contribution, Feature::attention}});
  const at::Tensor all_MF = table_.target({2, 1}).features_MF;
  const at::Tensor seen_MF = view.target({2, 1}).features_MF;
  EXPECT_TRUE(seen_MF.is_contiguous());
  EXPECT_TRUE(at::equal(seen_MF, at::cat({all_MF.narrow(1, 4, 2), all_MF.narrow(1, 0, 2)}, 1)));
}

TEST_F(TrainingViewTest, FirstAblationsAreThePrefix) {
  const TrainingView view(table_, kMeasured, {{}, 0, 4});
  const TargetFeatures seen = view.target({1, 0});
  EXPECT_TRUE(seen.features_MF.is_contiguous() && seen.logit_probs_M.is_contiguous());
  EXPECT_TRUE(at::equal(seen.features_MF, table_.target({1, 0}).features_MF.narrow(0, 0, 4)));
  EXPECT_TRUE(at::equal(seen.logit_probs_M, table_.target({1, 0}).logit_probs_M.narrow(0, 0, 4)));
  EXPECT_THROW(static_cast<void>(TrainingView(table_, kMeasured, {{}, 0, 7}).target({1, 0})), UserError);
}

TEST_F(TrainingViewTest, ExamplesWithoutTargetsDoNotCount) {
  const TrainingView view(table_, kMeasured, {{}, 4});
  // Example 0 and 4 have none: the first four that count are 1, 2, 3 and 5.
  EXPECT_EQ(view.num_examples(), 8);
  EXPECT_EQ(view.num_targets(5), 1);
  EXPECT_EQ(view.num_targets(6), 0);
  EXPECT_EQ(view.num_targets(7), 0);
  EXPECT_THROW(TrainingView(table_, kMeasured, {{}, 7}), UserError);
}

}  // namespace
}  // namespace at2
