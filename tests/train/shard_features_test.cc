// Training from shards equals training from memory.
#include "train/shard_features.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "support/test_files.h"
#include "train/feature_shards.h"
#include "train/random_features.h"
#include "train/trainer.h"

namespace at2 {
namespace {

using ::testing::HasSubstr;

class ShardFeaturesTest : public ::testing::Test {
 protected:
  ShardFeaturesTest() {
    fill_random(table_, 40, 16, 300);
    options_.steps = 12;
    options_.batch_size = 9;
  }

  at::Tensor theta_of(const FeatureSource& source) {
    return train(source, {30, 10}, options_, 1, *alone_).estimator.weight();
  }
  ShardFeatures open(const std::vector<std::filesystem::path>& paths, const ShardReading& reading = {}) {
    return ShardFeatures(paths, reading, *alone_);
  }

  TestFolder folder_;
  FeatureTable table_;
  TrainOptions options_;
  std::unique_ptr<Communicator> alone_ = make_self_communicator();
};

TEST_F(ShardFeaturesTest, EveryTargetIsThatOfTheTable) {
  for (const Layout layout : {Layout::rows, Layout::packed}) {
    const ShardFeatures stored = open(write_shards(folder_.path(), table_, 7, layout));
    ASSERT_EQ(stored.num_examples(), table_.num_examples());
    for (std::int64_t e = 0; e < table_.num_examples(); ++e) {
      ASSERT_EQ(stored.num_targets(e), table_.num_targets(e));
      for (std::int64_t g = 0; g < table_.num_targets(e); ++g) {
        EXPECT_TRUE(at::equal(stored.target({e, g}).features_MF, table_.target({e, g}).features_MF));
        EXPECT_TRUE(at::equal(stored.target({e, g}).logit_probs_M, table_.target({e, g}).logit_probs_M));
      }
    }
  }
}

TEST_F(ShardFeaturesTest, NeitherCacheNorReadersNorLayoutChangeABit) {
  const at::Tensor in_memory = theta_of(table_);
  for (const Layout layout : {Layout::rows, Layout::packed}) {
    const auto paths = write_shards(folder_.path(), table_, 7, layout);
    for (const std::int64_t cache_bytes : {0, 200000, 100000000}) {
      for (const int readers : {0, 1, 3}) {
        EXPECT_TRUE(at::equal(theta_of(open(paths, {cache_bytes, readers})), in_memory))
            << cache_bytes << " bytes, " << readers << " readers";
      }
    }
  }
}

TEST_F(ShardFeaturesTest, TheCacheStaysWithinItsBytes) {
  const auto paths = write_shards(folder_.path(), table_, 7);
  const std::int64_t of_target = 16 * 300 * 4 + 16 * 4;
  for (const std::int64_t targets : {0, 1, 10, 60, 1000}) {
    const ShardFeatures stored = open(paths, {targets * of_target + 1, 2});
    (void)theta_of(stored);
    EXPECT_EQ(stored.target_bytes(), of_target);
    EXPECT_LE(stored.cached_bytes(), targets * of_target);
    if (targets <= 10) {
      EXPECT_EQ(stored.cached_bytes(), targets * of_target) << "what may be kept is kept";
    }
  }
}

TEST_F(ShardFeaturesTest, WhatIsInTheCacheIsNotReadAgain) {
  const auto paths = write_shards(folder_.path(), table_, 7);
  const ShardFeatures stored = open(paths, {1000000000, 2});
  const std::vector<TargetIndex> batch = {{1, 0}, {2, 1}};
  stored.read_ahead(batch);
  stored.read_ahead(batch);
  stored.read_ahead({});
  for (const auto& path : paths) std::filesystem::remove(path);
  EXPECT_TRUE(at::equal(stored.target({2, 1}).features_MF, table_.target({2, 1}).features_MF));
  EXPECT_THROW((void)stored.target({3, 0}), UserError);
}

TEST_F(ShardFeaturesTest, ExamplesBeyondAMillionStandInTheirOrder) {
  const ShardFeatures stored = open(write_shards(folder_.path(), table_, 30, Layout::rows, 999990));
  for (std::int64_t e = 0; e < table_.num_examples(); ++e) ASSERT_EQ(stored.num_targets(e), e % 4) << e;
}

TEST_F(ShardFeaturesTest, ADamagedRowEndsTheTrainingWithTheNameOfItsFile) {
  const auto paths = write_shards(folder_.path(), table_, 7);
  const std::int64_t first = ShardReader(paths[1]).rows("examples/000012/features_GMF").first.value();
  std::fstream(paths[1], std::ios::in | std::ios::out | std::ios::binary).seekp(first + 50).write("damage", 6);
  options_.batch_size = 40;
  EXPECT_THAT(message_of([&] { (void)theta_of(open(paths)); }), HasSubstr(paths[1].string() + " is damaged"));
}

TEST_F(ShardFeaturesTest, FeaturesOfAnotherShapeOrDtypeAreRefused) {
  auto paths = write_shards(folder_.path(), table_, 100);
  FeatureTable narrow;
  narrow.add(at::zeros({1, 16, 299}), at::zeros({1, 16}));
  FeatureTable half;
  half.add(at::zeros({1, 16, 300}, at::kHalf), at::zeros({1, 16}));
  for (const FeatureTable* other : {&narrow, &half}) {
    std::filesystem::create_directories(folder_.path() / "other");
    const auto others = write_shards(folder_.path() / "other", *other, 100);
    EXPECT_THAT(message_of([&] { (void)open({paths[0], others[0]}); }), HasSubstr("those of other examples"));
  }
}

TEST_F(ShardFeaturesTest, WithoutTargetsThereIsNothingToTrainOn) {
  FeatureTable empty;
  empty.add(at::zeros({0, 16, 300}), at::zeros({0, 16}));
  EXPECT_THAT(message_of([&] { (void)theta_of(open(write_shards(folder_.path(), empty, 1))); }),
              HasSubstr("there is nothing to train on"));
}

}  // namespace
}  // namespace at2
