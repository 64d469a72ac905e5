// design promise: equal bits for any number of ranks and threads.
#include "train/trainer.h"

#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include <bit>

#include "comm/environment.h"
#include "train/random_features.h"

namespace at2 {
namespace {

class TrainerRanksTest : public ::testing::Test {
 protected:
  TrainerRanksTest() {
    fill_random(table_, 120, 16, 30);
    options_.steps = 25;
  }

  std::vector<std::uint32_t> theta_bits(Communicator& communicator) const {
    const at::Tensor weight_F = train(table_, 5, 6, options_, 1, communicator).estimator.weight();
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

TEST_F(TrainerRanksTest, LossAndGradientOfABatchAreEqualToTheBit) {
  const std::vector<TargetIndex> batch = draw_batch(table_, 77, 1, 0);
  const std::vector<double> theta(30, 1.0 / 30);
  const BatchGradient shared = batch_gradient(table_, batch, theta, environment_.communicator());
  const BatchGradient alone = batch_gradient(table_, batch, theta, *alone_);
  EXPECT_EQ(std::bit_cast<std::uint64_t>(shared.loss), std::bit_cast<std::uint64_t>(alone.loss));
  ASSERT_EQ(shared.gradient_F.size(), alone.gradient_F.size());
  for (std::size_t f = 0; f < theta.size(); ++f) {
    EXPECT_EQ(std::bit_cast<std::uint64_t>(shared.gradient_F[f]), std::bit_cast<std::uint64_t>(alone.gradient_F[f]));
  }
}

}  // namespace
}  // namespace at2
