#include "ablation/keep_masks.h"

#include <gtest/gtest.h>

namespace at2 {
namespace {

std::string text_of(const at::Tensor& keep_S) {
  std::string text;
  for (std::int64_t s = 0; s < keep_S.size(0); ++s) text += keep_S[s].item<std::uint8_t>() != 0 ? '1' : '0';
  return text;
}

TEST(KeepMasksTest, ReferenceSeedingEqualsNumpyRandomState) {
  // numpy.random.RandomState(0).choice([False, True], size=16, p=[0.5, 0.5])
  const at::Tensor keep_MS = random_keep_masks("any", 16, {2, 0.5, MaskSeeding::reference});
  EXPECT_EQ(text_of(keep_MS[0]), "1111010110111100");
}

TEST(KeepMasksTest, FirstMasksDoNotDependOnHowManyAreAskedFor) {
  const at::Tensor few = random_keep_masks("a", 20, {8});
  const at::Tensor many = random_keep_masks("a", 20, {64});
  EXPECT_TRUE(few.equal(many.narrow(0, 0, 8)));
}

TEST(KeepMasksTest, ExamplesPurposesAndSeedsHaveStreamsOfTheirOwn) {
  MaskOptions options;
  const at::Tensor base = random_keep_masks("a", 40, options);
  EXPECT_FALSE(base.equal(random_keep_masks("b", 40, options)));
  options.purpose = MaskPurpose::evaluation;
  EXPECT_FALSE(base.equal(random_keep_masks("a", 40, options)));
  options.purpose = MaskPurpose::training;
  options.seed = 2;
  EXPECT_FALSE(base.equal(random_keep_masks("a", 40, options)));
}

TEST(KeepMasksTest, SourcesAreKeptWithTheAskedProbability) {
  MaskOptions options;
  options.num_ablations = 400;
  options.keep_probability = 0.25;
  const double share = random_keep_masks("a", 100, options).to(at::kDouble).mean().item<double>();
  EXPECT_NEAR(share, 0.25, 0.01);  // 40,000 draws: standard deviation 0.0022
}

TEST(KeepMasksTest, AntitheticPairsAreComplementsAndTheirFirstMasksTheUsualOnes) {
  const at::Tensor usual = random_keep_masks("a", 30, {8});
  const at::Tensor pairs = random_keep_masks("a", 30, {.num_ablations = 7, .design = MaskDesign::antithetic});
  for (std::int64_t m = 0; m < 7; m += 2) {
    EXPECT_TRUE(pairs[m].equal(usual[m]));
    if (m + 1 == pairs.size(0)) break;
    EXPECT_TRUE((pairs[m] + pairs[m + 1]).equal(at::ones({30}, at::kByte)));
  }
}

TEST(KeepMasksTest, LeaveOneOutHidesEachSourceOnce) {
  const at::Tensor keep = leave_one_out_masks(3);
  EXPECT_EQ(text_of(keep[0]), "011");
  EXPECT_EQ(text_of(keep[1]), "101");
  EXPECT_EQ(text_of(keep[2]), "110");
}

}  // namespace
}  // namespace at2
