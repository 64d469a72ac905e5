// design promise: equal bits for any number of ranks and threads.
#include "train/trainer.h"

#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include <bit>

#include "comm/agree.h"
#include "comm/environment.h"
#include "support/test_files.h"
#include "train/batch_sampler.h"
#include "train/feature_shards.h"
#include "train/random_features.h"
#include "train/shard_features.h"
#include "train/sparse_heads.h"

namespace at2 {
namespace {

class TrainerRanksTest : public ::testing::Test {
 protected:
  TrainerRanksTest() {
    fill_random(table_, 120, 16, 30);
    options_.steps = 25;
  }

  std::vector<std::uint32_t> theta_bits(Communicator& communicator) const { return theta_bits(table_, communicator); }
  std::vector<std::uint32_t> theta_bits(const FeatureSource& source, Communicator& communicator) const {
    const at::Tensor weight_F = train(source, {5, 6}, options_, 1, communicator).estimator.weight();
    std::vector<std::uint32_t> bits;
    for (std::int64_t f = 0; f < weight_F.numel(); ++f) {
      bits.push_back(std::bit_cast<std::uint32_t>(weight_F.const_data_ptr<float>()[f]));
    }
    return bits;
  }

  FeatureTable table_;
  TrainOptions options_;
  Environment environment_{nullptr, nullptr};
  std::unique_ptr<Communicator> alone_ = make_self_communicator();
};

TEST_F(TrainerRanksTest, ThetaIsEqualToTheBitWhateverTheNumberOfRanks) {
  for (const std::int64_t batch_size : {3, 64, 512}) {
    options_.batch_size = batch_size;
    EXPECT_EQ(theta_bits(environment_.communicator()), theta_bits(*alone_)) << "batches of " << batch_size;
  }
}

TEST_F(TrainerRanksTest, ThetaIsEqualToTheBitWhateverTheNumberOfThreads) {
  const int threads_before = at::get_num_threads();
  at::set_num_threads(1);
  const std::vector<std::uint32_t> one_thread = theta_bits(environment_.communicator());
  at::set_num_threads(3);
  EXPECT_EQ(theta_bits(environment_.communicator()), one_thread);
  at::set_num_threads(threads_before);
}

TEST_F(TrainerRanksTest, ThetaFromShardsIsEqualToTheBitWhateverTheNumberOfRanksAndTheCache) {
  Communicator& ranks = environment_.communicator();
  const TestFolder folder;
  const auto shared = std::filesystem::path(broadcast_text(ranks, folder.path().string()));
  if (ranks.rank() == 0) (void)write_shards(shared, table_, 50);
  ranks.barrier();
  const std::vector<std::filesystem::path> paths = {shared / "chunk-0.h5", shared / "chunk-1.h5",
                                                    shared / "chunk-2.h5"};
  const std::vector<std::uint32_t> in_memory = theta_bits(*alone_);
  for (const std::int64_t cache_bytes : {0, 20000, 100000000}) {
    const ShardFeatures stored(paths, {cache_bytes}, ranks);
    ASSERT_EQ(stored.num_examples(), table_.num_examples());
    EXPECT_EQ(theta_bits(stored, ranks), in_memory) << cache_bytes;
  }
  ranks.barrier();
}

TEST_F(TrainerRanksTest, ADamagedShardIsKnownToAllRanks) {
  const TestFolder folder;
  const auto paths = write_shards(folder.path(), table_, 50);
  if (environment_.communicator().rank() == 0) std::filesystem::resize_file(paths[0], 1000);
  EXPECT_THROW(ShardFeatures(paths, {}, environment_.communicator()), AgreedError);
}

TEST_F(TrainerRanksTest, LossAndGradientOfABatchAreEqualToTheBit) {
  const std::vector<TargetIndex> batch = BatchSampler(table_, 77, 1).draw(0);
  const std::vector<double> theta(30, 1.0 / 30);
  const BatchGradient shared = batch_gradient(table_, batch, theta, environment_.communicator());
  const BatchGradient alone = batch_gradient(table_, batch, theta, *alone_);
  EXPECT_EQ(std::bit_cast<std::uint64_t>(shared.loss), std::bit_cast<std::uint64_t>(alone.loss));
  ASSERT_EQ(shared.gradient_F.size(), alone.gradient_F.size());
  for (std::size_t f = 0; f < theta.size(); ++f) {
    EXPECT_EQ(std::bit_cast<std::uint64_t>(shared.gradient_F[f]), std::bit_cast<std::uint64_t>(alone.gradient_F[f]));
  }
}

TEST_F(TrainerRanksTest, SoItIsWithScaledFeaturesAPriorAndAValidationSplit) {
  options_.prior_strength = 1e-3;
  options_.validation_fraction = 0.25;
  EXPECT_EQ(theta_bits(environment_.communicator()), theta_bits(*alone_));
}

TEST_F(TrainerRanksTest, SoItIsWithAPriorThatIsChosen) {
  options_.prior_candidates = {0, 1e-3, 1};
  EXPECT_EQ(theta_bits(environment_.communicator()), theta_bits(*alone_));
}

TEST_F(TrainerRanksTest, SoItIsWithTheHeadsThatAreChosen) {
  for (const std::int64_t count : {1, 4, 29}) {
    options_.sparse_heads = count;
    EXPECT_EQ(theta_bits(environment_.communicator()), theta_bits(*alone_)) << count << " heads";
  }
}

TEST_F(TrainerRanksTest, MeanMagnitudesOfFeaturesAreEqualToTheBit) {
  const std::vector<double> shared = feature_magnitudes(table_, 30, environment_.communicator());
  const std::vector<double> alone = feature_magnitudes(table_, 30, *alone_);
  ASSERT_EQ(shared.size(), 30U);
  for (std::size_t f = 0; f < shared.size(); ++f) {
    EXPECT_EQ(std::bit_cast<std::uint64_t>(shared[f]), std::bit_cast<std::uint64_t>(alone[f]));
  }
}

}  // namespace
}  // namespace at2
