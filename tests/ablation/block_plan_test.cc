#include "ablation/block_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "ablation/ablation_pack.h"
#include "ablation/keep_masks.h"
#include "support/tiny_model.h"

namespace at2 {
namespace {

using ::testing::ElementsAre;
using testing::make_task;

constexpr std::int64_t unbounded = std::numeric_limits<std::int64_t>::max();

at::Tensor masks(std::initializer_list<std::initializer_list<int>> rows) {
  std::vector<at::Tensor> tensors;
  for (const auto& row : rows) tensors.push_back(at::tensor(std::vector<int>(row), at::kInt).to(at::kByte));
  return at::stack(tensors);
}

std::vector<std::size_t> block_sizes(const BlockPlan& plan) {
  std::vector<std::size_t> sizes;
  for (const auto& block : plan.blocks) sizes.push_back(block.size());
  return sizes;
}

TEST(BlockPlanTest, AMaskThatWasThereTakesTheResultOfTheFirstLikeIt) {
  const BlockPlan plan =
      plan_blocks(make_task(3, 2), masks({{1, 0, 1}, {0, 1, 1}, {1, 0, 1}, {1, 1, 1}, {0, 1, 1}}), unbounded);
  EXPECT_THAT(plan.sequence_of_M, ElementsAre(0, 1, 0, 2, 1));
  EXPECT_THAT(block_sizes(plan), ElementsAre(3));
}

TEST(BlockPlanTest, EqualMasksOfLaterBlocksAreNotMeasuredAgain) {
  const AttributionTask task = make_task(2, 2);
  const at::Tensor keep_MS = random_keep_masks(task.example_id, 2, {100});
  const BlockPlan plan = plan_blocks(task, keep_MS, unbounded);
  EXPECT_THAT(block_sizes(plan), ElementsAre(4)) << "two sources have four masks";
  for (std::int64_t m = 0; m < 100; ++m) {
    const auto sequence = static_cast<std::size_t>(plan.sequence_of_M[static_cast<std::size_t>(m)]);
    EXPECT_EQ(plan.blocks[0][sequence], kept_positions(task, keep_MS.const_data_ptr<std::uint8_t>() + m * 2));
  }
}

TEST(BlockPlanTest, MasksThatDifferButKeepTheSameTokensAreMeasuredOnce) {
  AttributionTask task = make_task(2, 2);
  task.sources = {{5, 8}, {5, 8}};
  const BlockPlan plan = plan_blocks(task, masks({{1, 0}, {0, 1}, {1, 1}}), unbounded);
  EXPECT_THAT(plan.sequence_of_M, ElementsAre(0, 0, 1));
}

TEST(BlockPlanTest, TheFirstBlocksAreTheSameHoweverManyMasksFollow) {
  const AttributionTask task = make_task(6, 3);
  const at::Tensor keep_MS = random_keep_masks(task.example_id, 6, {256});
  const BlockPlan all = plan_blocks(task, keep_MS, unbounded);
  for (const std::int64_t count : {32, 64, 128}) {
    const BlockPlan first = plan_blocks(task, keep_MS.narrow(0, 0, count).contiguous(), unbounded);
    ASSERT_LE(first.blocks.size(), all.blocks.size());
    for (std::size_t b = 0; b < first.blocks.size(); ++b) EXPECT_EQ(first.blocks[b], all.blocks[b]);
    EXPECT_TRUE(std::equal(first.sequence_of_M.begin(), first.sequence_of_M.end(), all.sequence_of_M.begin()));
  }
  std::size_t sequences = 0;
  for (const auto& block : all.blocks) {
    EXPECT_LE(std::ssize(block), masks_per_block);
    sequences += block.size();
  }
  EXPECT_LE(sequences, 64U) << "six sources have 64 masks";
}

TEST(BlockPlanTest, ABlockIsCutWhereItWouldHaveMoreRowsThanAllowed) {
  const AttributionTask task = make_task(3, 2);
  const at::Tensor keep_MS = masks({{1, 1, 1}, {1, 1, 0}, {0, 1, 1}, {0, 0, 1}});
  const std::int64_t whole = needed_length(task);
  EXPECT_THAT(block_sizes(plan_blocks(task, keep_MS, 2 * whole - 2)), ElementsAre(2, 2));
  EXPECT_THAT(block_sizes(plan_blocks(task, keep_MS, 2 * whole - 3)), ElementsAre(1, 2, 1));
  EXPECT_THAT(block_sizes(plan_blocks(task, keep_MS, 1)), ElementsAre(1, 1, 1, 1));
}

TEST(BlockPlanTest, NoMasksNeedNothing) {
  const BlockPlan plan = plan_blocks(make_task(3, 2), at::empty({0, 3}, at::kByte), unbounded);
  EXPECT_TRUE(plan.blocks.empty());
  EXPECT_TRUE(plan.sequence_of_M.empty());
}

}  // namespace
}  // namespace at2
