#include "comm/watchdog.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <mutex>
#include <thread>
#include <vector>

#include "base/timer.h"
#include "comm/environment.h"

namespace at2 {
namespace {

using std::chrono::milliseconds;

class WatchdogTest : public ::testing::Test {
 protected:
  OnSilence recorder() {
    return [this](const SilentRank& silent) {
      const std::lock_guard lock(mutex_);
      silent_.push_back(silent);
    };
  }
  std::vector<SilentRank> silent() {
    const std::lock_guard lock(mutex_);
    return silent_;
  }
  /// Stops this process, all its threads, for a while.
  static void be_silent(double seconds) {
    const pid_t self = ::getpid();
    const pid_t child = ::fork();
    if (child == 0) {
      ::usleep(static_cast<useconds_t>(seconds * 1e6));
      ::kill(self, SIGCONT);
      ::_exit(0);
    }
    ::raise(SIGSTOP);
  }

  Environment environment_{nullptr, nullptr};
  Communicator& communicator_ = environment_.communicator();
  int rank_ = communicator_.rank();
  int size_ = communicator_.size();
  std::mutex mutex_;
  std::vector<SilentRank> silent_;
};

TEST_F(WatchdogTest, ALongChunkIsNoSilence) {
  {
    const auto watchdog = make_watchdog(communicator_, environment_.host(), 2.0, recorder());
    const Timer timer;
    // Busy, as a forward pass is, on one rank; the others wait for it.
    while (rank_ == 0 && timer.seconds() < 3.0) {
    }
    communicator_.barrier();
  }
  EXPECT_TRUE(silent().empty());
}

TEST_F(WatchdogTest, AStoppedRankIsNamedWithItsHost) {
  if (size_ == 1) GTEST_SKIP() << "nobody watches a rank that is alone";
  for (const int stopped : {size_ - 1, 0}) {
    {
      const auto watchdog = make_watchdog(communicator_, "host" + std::to_string(rank_), 1.0, recorder());
      communicator_.barrier();
      if (rank_ == stopped) be_silent(2.5);
      communicator_.barrier();
    }
    // Rank 0 watches all others, and they watch rank 0. The stopped one itself accuses nobody.
    const bool watches = rank_ != stopped && (rank_ == 0 || stopped == 0);
    const auto found = silent();
    ASSERT_EQ(found.size(), watches ? 1U : 0U) << "rank " << rank_ << " of " << size_ << ", stopped " << stopped;
    if (watches) {
      EXPECT_EQ(found[0].rank, stopped);
      EXPECT_EQ(found[0].host, "host" + std::to_string(stopped));
      EXPECT_GE(found[0].seconds, 1.0);
    }
    silent_.clear();
  }
}

TEST_F(WatchdogTest, WithALimitOfZeroNobodyIsWatched) {
  {
    const auto watchdog = make_watchdog(communicator_, "", 0, recorder());
    if (rank_ == size_ - 1 && size_ > 1) be_silent(0.5);
    communicator_.barrier();
  }
  EXPECT_TRUE(silent().empty());
}

TEST_F(WatchdogTest, DestructionByAnExceptionDoesNotWaitForOthers) {
  const Timer timer;
  const bool late = size_ > 1 && rank_ == size_ - 1;
  EXPECT_THROW(
      {
        const auto watchdog = make_watchdog(communicator_, "", 60, recorder());
        if (late) std::this_thread::sleep_for(milliseconds(1000));
        throw std::runtime_error("broken");
      },
      std::runtime_error);
  if (!late) {
    EXPECT_LT(timer.seconds(), 0.9);
  }
  communicator_.barrier();
}

}  // namespace
}  // namespace at2
