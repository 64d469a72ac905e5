// NCCL's part in communication, against a test double in host memory (support/nccl_stand_in.cc).
#include "comm/nccl_communicator.h"

#include <dlfcn.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>
#include <chrono>
#include <cstdlib>
#include <thread>
#include <vector>

#include "base/random.h"
#include "comm/agree.h"
#include "comm/environment.h"
#include "support/nccl_stand_in.h"

namespace at2 {
namespace {

using std::chrono::milliseconds;
using ::testing::AllOf;
using ::testing::HasSubstr;

class FakeStream final : public DeviceStream {
 public:
  explicit FakeStream(StandInStream& stream) : stream_(&stream) {}
  void make_device_current() override { current_ = true; }
  void* handle() override {
    EXPECT_TRUE(current_) << "NCCL works on the current GPU";
    return stream_;
  }
  bool idle() override {
    if (stream_->failed) throw std::runtime_error("an illegal memory access was encountered");
    return stream_->unfinished == 0;
  }

 private:
  StandInStream* stream_;
  bool current_ = false;
};

Buffer on_device(std::span<double> values) { return {values.data(), values.size(), Scalar::f64, Place::device}; }

class NcclCommunicatorTest : public ::testing::Test {
 protected:
  NcclCommunicatorTest() { EXPECT_NE(library_, nullptr) << ::dlerror(); }
  ~NcclCommunicatorTest() override {
    ::unsetenv("AT2_STAND_IN_FAULT");
    ::unsetenv("AT2_STAND_IN_ABORT_HANGS");
    ::dlclose(library_);
  }

  std::unique_ptr<NcclCommunicator> connect(milliseconds limit = milliseconds(60000)) {
    return std::make_unique<NcclCommunicator>(ranks_, std::make_unique<FakeStream>(stream_),
                                              NcclOptions{"host" + std::to_string(rank_), limit, milliseconds(50)});
  }

  /// What a sum says on this rank with `fault` in the second all-reduce of the last rank.
  std::string message_of_sum(const std::string& fault, milliseconds limit) {
    ::setenv("AT2_STAND_IN_FAULT", (fault + "@" + std::to_string(size_ - 1) + "@2").c_str(), 1);
    const auto nccl = connect(limit);
    std::vector<double> values{1.0};
    nccl->all_reduce(on_device(values), Reduction::sum);
    // A slow rank would meet the fault of a fast one in the first sum already.
    ranks_.barrier();
    std::string message;
    try {
      nccl->all_reduce(on_device(values), Reduction::sum);
    } catch (const UserError& error) {
      message = error.what();
    }
    ranks_.barrier();
    // An abort that is left behind may still read the values: they are kept until the stream is free.
    while (stream_.unfinished != 0) std::this_thread::sleep_for(milliseconds(1));
    return message;
  }

  void* library_ = ::dlopen(AT2_STAND_INS "/nccl_stand_in/libnccl.so.2", RTLD_NOW);
  Environment environment_{nullptr, nullptr};
  Communicator& ranks_ = environment_.communicator();
  int rank_ = ranks_.rank();
  int size_ = ranks_.size();
  StandInStream stream_;
};

TEST_F(NcclCommunicatorTest, DeviceMemoryIsSummedAndTheResultIsThereOnReturn) {
  const auto nccl = connect();
  EXPECT_EQ(nccl->version(), "2.28.9");
  for (int round = 0; round < 20; ++round) {
    std::vector<double> values{1.0, static_cast<double>(rank_ + round)};
    nccl->all_reduce(on_device(values), Reduction::sum);
    EXPECT_EQ(stream_.unfinished, 0);
    EXPECT_EQ(values[0], size_);
    EXPECT_EQ(values[1], size_ * (size_ - 1) / 2.0 + round * size_);
  }
}

TEST_F(NcclCommunicatorTest, EveryTypeAndReductionReachesNcclAsWhatItIs) {
  const auto nccl = connect();
  std::int64_t least = rank_ - 7;
  nccl->all_reduce({&least, 1, Scalar::i64, Place::device}, Reduction::min);
  EXPECT_EQ(least, -7);
  float most = static_cast<float>(rank_);
  nccl->all_reduce({&most, 1, Scalar::f32, Place::device}, Reduction::max);
  EXPECT_EQ(most, static_cast<float>(size_ - 1));
  std::uint8_t sum = 40;
  nccl->all_reduce({&sum, 1, Scalar::u8, Place::device}, Reduction::sum);
  EXPECT_EQ(sum, 40 * size_);
}

TEST_F(NcclCommunicatorTest, BlocksOfWhichAllRanksButOneHoldZeroHaveTheBitsOfMpi) {
  const auto nccl = connect();
  RandomStream random(3, "blocks", {static_cast<std::uint64_t>(rank_)});
  std::vector<double> by_nccl(64 * 31);
  for (std::size_t i = 0; i < by_nccl.size(); ++i) {
    if (static_cast<int>(i / 31) % size_ != rank_) continue;
    by_nccl[i] = std::ldexp(random.uniform() - 0.5, static_cast<int>(random.below(2000)) - 1060);
  }
  std::vector<double> by_mpi = by_nccl;
  nccl->all_reduce(on_device(by_nccl), Reduction::sum);
  nccl->all_reduce(buffer_of(std::span(by_mpi)), Reduction::sum);
  for (std::size_t i = 0; i < by_mpi.size(); ++i) {
    EXPECT_EQ(std::bit_cast<std::uint64_t>(by_nccl[i]), std::bit_cast<std::uint64_t>(by_mpi[i])) << i;
  }
}

TEST_F(NcclCommunicatorTest, HostMemoryAndAllElseGoesOverTheBase) {
  const auto nccl = connect();
  // A fault that NCCL would meet.
  stream_.failed = true;
  double value = 1.0;
  nccl->all_reduce(buffer_of(std::span(&value, 1)), Reduction::sum);
  EXPECT_EQ(value, size_);
  std::int64_t number = rank_;
  nccl->broadcast(buffer_of(std::span(&number, 1)), size_ - 1);
  EXPECT_EQ(number, size_ - 1);
  std::vector<std::int64_t> all(static_cast<std::size_t>(size_));
  number = rank_;
  nccl->all_gather(buffer_of(std::span(&number, 1)), buffer_of(std::span(all)));
  EXPECT_EQ(all.back(), size_ - 1);
  nccl->barrier();
}

TEST_F(NcclCommunicatorTest, AnErrorThatNcclMeetsLaterNamesItsRankAndHost) {
  const std::string message = message_of_sum("2", milliseconds(60000));
  if (rank_ == size_ - 1) {
    EXPECT_THAT(message,
                AllOf(HasSubstr("NCCL failed on rank " + std::to_string(rank_) + ", host host" + std::to_string(rank_) +
                                ", in all-reduce 2"),
                      HasSubstr("(unhandled system error; said by a stand-in)"), HasSubstr("comm.backend=mpi")));
  } else {
    EXPECT_THAT(message, HasSubstr("remote process exited"));
  }
}

TEST_F(NcclCommunicatorTest, ARankThatNeverGetsThereEndsTheWaitOfAll) {
  const auto start = std::chrono::steady_clock::now();
  const std::string message = message_of_sum("hang", milliseconds(300));
  EXPECT_THAT(message, AllOf(HasSubstr("NCCL was not done after 0.3 s on rank " + std::to_string(rank_)),
                             HasSubstr("in all-reduce 2"), HasSubstr("a rank does not answer")));
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(30));
}

TEST_F(NcclCommunicatorTest, AFaultOfTheGpuIsToldInItsOwnWords) {
  const std::string message = message_of_sum("device", milliseconds(1000));
  if (rank_ == size_ - 1) {
    EXPECT_THAT(message, AllOf(HasSubstr("the GPU of rank " + std::to_string(rank_)),
                               HasSubstr("(an illegal memory access was encountered)")));
  } else {
    EXPECT_THAT(message, HasSubstr("was not done after 1.0 s"));
  }
}

TEST_F(NcclCommunicatorTest, AnAbortThatHangsIsLeftBehind) {
  ::setenv("AT2_STAND_IN_ABORT_HANGS", "1", 1);
  const auto start = std::chrono::steady_clock::now();
  EXPECT_THAT(message_of_sum("2", milliseconds(60000)), HasSubstr("NCCL failed"));
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(30));
}

TEST_F(NcclCommunicatorTest, WhereOneRankCannotConnectAllSayWhichAndWhy) {
  ::setenv("AT2_STAND_IN_FAULT", ("2@" + std::to_string(size_ - 1) + "@0").c_str(), 1);
  try {
    connect();
    FAIL() << "it was connected on rank " << rank_;
  } catch (const AgreedError& error) {
    // Not rank 0, which has only noticed.
    EXPECT_THAT(error.what(), AllOf(HasSubstr("NCCL failed on rank " + std::to_string(size_ - 1)),
                                    HasSubstr("in connecting the ranks (unhandled system error")));
  }
}

TEST_F(NcclCommunicatorTest, WhereOneRankNeverConnectsAllGiveUpInTime) {
  ::setenv("AT2_STAND_IN_FAULT", ("hang@" + std::to_string(size_ - 1) + "@0").c_str(), 1);
  try {
    connect(milliseconds(300));
    FAIL() << "it was connected on rank " << rank_;
  } catch (const AgreedError& error) {
    EXPECT_THAT(error.what(),
                HasSubstr("NCCL was not done after 0.3 s on rank 0, host host0, in connecting the ranks"));
  }
}

TEST_F(NcclCommunicatorTest, TheFirstObstacleIsKnownToAll) {
  const std::string mine = rank_ == size_ - 1 ? "no library" : "";
  EXPECT_EQ(first_obstacle(ranks_, "h" + std::to_string(rank_), mine, std::to_string(rank_)),
            "rank " + std::to_string(size_ - 1) + " on host h" + std::to_string(size_ - 1) + ": no library");
  EXPECT_EQ(first_obstacle(ranks_, "h", "", std::to_string(rank_)), "");
}

TEST_F(NcclCommunicatorTest, TwoRanksOnOneGpuAreAnObstacleAndOnEqualGpusOfTwoMachinesNone) {
  if (size_ == 1) GTEST_SKIP() << "it takes two";
  EXPECT_EQ(first_obstacle(ranks_, "h", "", "0000:3B:00.0 m"), "ranks 0 and 1 on host h share the GPU 0000:3B:00.0");
  EXPECT_EQ(first_obstacle(ranks_, "h", "", "0000:3B:00.0 m" + std::to_string(rank_)), "");
}

}  // namespace
}  // namespace at2
