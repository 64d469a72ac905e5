// One contract for every back-end; under mpirun the MPI back-end joins in.
#include "comm/communicator.h"

#include <gtest/gtest.h>

#include <chrono>
#include <ctime>
#include <numeric>
#include <thread>
#include <vector>

#include "base/errors.h"
#include "comm/environment.h"

namespace at2 {
namespace {

using Factory = std::unique_ptr<Communicator> (*)();

std::vector<Factory> factories() {
  std::vector<Factory> all = {&make_self_communicator};
  if (launched_by_mpi()) all.push_back(&make_mpi_communicator);
  return all;
}

class CommunicatorTest : public ::testing::TestWithParam<Factory> {
 protected:
  std::unique_ptr<Communicator> communicator_ = GetParam()();
  int rank_ = communicator_->rank();
  int size_ = communicator_->size();
};

TEST_P(CommunicatorTest, AllReduceSumsOverRanks) {
  std::vector<double> values{1.0, static_cast<double>(rank_)};
  communicator_->all_reduce(buffer_of(std::span(values)), Reduction::sum);
  EXPECT_EQ(values[0], size_);
  EXPECT_EQ(values[1], size_ * (size_ - 1) / 2.0);
}

TEST_P(CommunicatorTest, AllReduceFindsMinimumAndMaximumOfEveryType) {
  std::int64_t least = rank_ + 10;
  communicator_->all_reduce(buffer_of(std::span(&least, 1)), Reduction::min);
  EXPECT_EQ(least, 10);
  float most = static_cast<float>(rank_);
  communicator_->all_reduce(buffer_of(std::span(&most, 1)), Reduction::max);
  EXPECT_EQ(most, static_cast<float>(size_ - 1));
  auto flag = static_cast<std::uint8_t>(rank_ == size_ - 1 ? 1 : 0);
  communicator_->all_reduce(buffer_of(std::span(&flag, 1)), Reduction::max);
  EXPECT_EQ(flag, 1);
}

TEST_P(CommunicatorTest, BroadcastCopiesTheRoot) {
  for (int root = 0; root < size_; ++root) {
    std::int64_t value = rank_ == root ? 42 + root : -1;
    communicator_->broadcast(buffer_of(std::span(&value, 1)), root);
    EXPECT_EQ(value, 42 + root);
  }
}

TEST_P(CommunicatorTest, BroadcastRefusesARootThatIsNoRank) {
  std::int64_t value = 0;
  EXPECT_THROW(communicator_->broadcast(buffer_of(std::span(&value, 1)), size_), ContractViolation);
}

TEST_P(CommunicatorTest, AllGatherIsInRankOrder) {
  std::vector<float> mine{static_cast<float>(2 * rank_), static_cast<float>(2 * rank_ + 1)};
  std::vector<float> all(2 * static_cast<std::size_t>(size_), -1.0F);
  std::vector<float> expected(all.size());
  std::iota(expected.begin(), expected.end(), 0.0F);
  communicator_->all_gather(buffer_of(std::span(mine)), buffer_of(std::span(all)));
  EXPECT_EQ(all, expected);
}

TEST_P(CommunicatorTest, AllGatherRefusesTooLittleRoom) {
  float mine = 0;
  std::vector<float> all(static_cast<std::size_t>(size_) + 1);
  EXPECT_THROW(communicator_->all_gather(buffer_of(std::span(&mine, 1)), buffer_of(std::span(all))), ContractViolation);
}

TEST_P(CommunicatorTest, BarrierWaitsForTheLastRankAsleep) {
  const auto start = std::chrono::steady_clock::now();
  const std::clock_t cpu_start = std::clock();
  if (rank_ == size_ - 1) std::this_thread::sleep_for(std::chrono::milliseconds(400));
  communicator_->barrier();
  const double waited = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  const double computed = static_cast<double>(std::clock() - cpu_start) / CLOCKS_PER_SEC;
  EXPECT_LT(computed, 0.2);
  // Ranks may have started up to that much later than the last one.
  std::int64_t milliseconds = static_cast<std::int64_t>(waited * 1000);
  communicator_->all_reduce(buffer_of(std::span(&milliseconds, 1)), Reduction::max);
  EXPECT_GE(milliseconds, 390);
}

INSTANTIATE_TEST_SUITE_P(Backends, CommunicatorTest, ::testing::ValuesIn(factories()));

TEST(EnvironmentTest, KnowsTheRanksOfThisMachine) {
  Environment environment(nullptr, nullptr);
  const int size = environment.communicator().size();
  // All ranks of a test run on one machine.
  EXPECT_EQ(environment.local_size(), size);
  EXPECT_EQ(environment.local_rank(), environment.communicator().rank());
  EXPECT_FALSE(environment.host().empty());
}

}  // namespace
}  // namespace at2
