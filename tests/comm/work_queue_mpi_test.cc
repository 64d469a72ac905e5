#include "comm/work_queue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include "base/random.h"
#include "comm/environment.h"

namespace at2 {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

class WorkQueueTest : public ::testing::Test {
 protected:
  /// How often each of `count` chunks was handed out, all ranks together.
  std::vector<std::int64_t> total(std::vector<std::int64_t> taken) {
    communicator_.all_reduce(buffer_of(std::span(taken)), Reduction::sum);
    return taken;
  }

  Environment environment_{nullptr, nullptr};
  Communicator& communicator_ = environment_.communicator();
  int rank_ = communicator_.rank();
  int size_ = communicator_.size();
};

std::vector<Work> equal_works(std::int64_t count) {
  std::vector<Work> works;
  for (std::int64_t chunk = 0; chunk < count; ++chunk) works.push_back({chunk, 1.0});
  return works;
}

TEST_F(WorkQueueTest, EachChunkIsHandedOutOnceUnderRandomDelays) {
  for (std::uint64_t round = 0; round < 5; ++round) {
    std::vector<std::int64_t> taken(60);
    RandomStream random(round, "delay", {static_cast<std::uint64_t>(rank_)});
    const auto queue = make_work_queue(communicator_, equal_works(60));
    while (const auto chunk = queue->next()) {
      ++taken[static_cast<std::size_t>(*chunk)];
      std::this_thread::sleep_for(microseconds(random.below(2000)));
    }
    queue->finish();
    EXPECT_THAT(total(taken), ::testing::Each(1)) << "round " << round;
  }
}

TEST_F(WorkQueueTest, OthersAreServedWhileRankZeroComputes) {
  std::vector<std::int64_t> taken(40);
  std::int64_t mine = 0;
  const auto queue = make_work_queue(communicator_, equal_works(40));
  while (const auto chunk = queue->next()) {
    ++taken[static_cast<std::size_t>(*chunk)];
    ++mine;
    const auto end = std::chrono::steady_clock::now() + milliseconds(rank_ == 0 ? 300 : 1);
    while (std::chrono::steady_clock::now() < end) {  // busy, as a forward pass is
    }
    if (size_ == 1) break;
  }
  queue->finish();
  if (size_ == 1) return;
  EXPECT_THAT(total(taken), ::testing::Each(1));
  if (rank_ == 0) {
    EXPECT_LE(mine, 5);
  }
}

TEST_F(WorkQueueTest, LongestChunksComeFirstAndTiesInOrder) {
  const std::vector<Work> works = {{7, 1.0}, {3, 5.0}, {9, 2.0}, {2, 5.0}, {8, 0.5}};
  const auto queue = make_work_queue(communicator_, works);
  std::vector<std::int64_t> order;
  if (rank_ == size_ - 1) {
    while (const auto chunk = queue->next()) order.push_back(*chunk);
    EXPECT_THAT(order, ::testing::ElementsAre(2, 3, 9, 7, 8));
  }
  queue->finish();
}

TEST_F(WorkQueueTest, OnlyTheListOfRankZeroCounts) {
  std::vector<std::int64_t> taken(10);
  const auto queue = make_work_queue(communicator_, rank_ == 0 ? equal_works(10) : std::vector<Work>{});
  while (const auto chunk = queue->next()) ++taken[static_cast<std::size_t>(*chunk)];
  queue->finish();
  EXPECT_THAT(total(taken), ::testing::Each(1));
}

TEST_F(WorkQueueTest, AnEmptyQueueGivesNothingAsOftenAsAsked) {
  const auto queue = make_work_queue(communicator_, {});
  EXPECT_FALSE(queue->next().has_value());
  EXPECT_FALSE(queue->next().has_value());
  queue->finish();
}

TEST_F(WorkQueueTest, RanksMayLeaveBeforeTheQueueIsEmpty) {
  const auto queue = make_work_queue(communicator_, equal_works(1000));
  EXPECT_TRUE(queue->next().has_value());
  queue->finish();
}

TEST_F(WorkQueueTest, DestroyingAQueueFinishesIt) {
  for (int round = 0; round < 20; ++round) {
    const auto queue = make_work_queue(communicator_, equal_works(3));
    while (queue->next()) {
    }
  }
  communicator_.barrier();
}

TEST_F(WorkQueueTest, DestructionByAnExceptionDoesNotWaitForOthers) {
  // The last rank comes back late: if anybody waited for it, that would show.
  const auto start = std::chrono::steady_clock::now();
  const bool late = size_ > 1 && rank_ == size_ - 1;
  EXPECT_THROW(
      {
        const auto queue = make_work_queue(communicator_, equal_works(4));
        if (late) std::this_thread::sleep_for(milliseconds(1000));
        throw std::runtime_error("broken");
      },
      std::runtime_error);
  if (!late) {
    EXPECT_LT(std::chrono::steady_clock::now() - start, milliseconds(900));
  }
  communicator_.barrier();
}

TEST_F(WorkQueueTest, WhenAnyRankWantsToStopNoRankGetsAnotherChunk) {
  // The last rank is in the middle of a long chunk when it is asked to stop.
  std::atomic<bool> wanted = false;
  const auto queue = make_work_queue(communicator_, equal_works(100000), [&] { return wanted.load(); });
  std::int64_t taken = 0;
  std::int64_t after = 0;
  std::thread asker([&] {
    std::this_thread::sleep_for(milliseconds(100));
    wanted = rank_ == size_ - 1;
  });
  const auto start = std::chrono::steady_clock::now();
  while (queue->next()) {
    ++taken;
    if (std::chrono::steady_clock::now() - start > milliseconds(1100)) ++after;
    const bool is_long = rank_ == size_ - 1 && taken == 1;
    std::this_thread::sleep_for(is_long ? milliseconds(1500) : milliseconds(2));
  }
  asker.join();
  EXPECT_FALSE(queue->next().has_value());
  queue->finish();
  EXPECT_GE(taken, 1);
  EXPECT_EQ(after, 0) << "rank " << rank_ << " began chunks a second after the request";
}

TEST_F(WorkQueueTest, ARequestFromBeforeTheStartGivesNothing) {
  const auto queue = make_work_queue(communicator_, equal_works(10), [&] { return rank_ == 0; });
  if (rank_ == 0) {
    EXPECT_FALSE(queue->next().has_value());
  }
  queue->finish();
}

TEST_F(WorkQueueTest, CountsTheSecondsThatARankWaits) {
  const auto queue = make_work_queue(communicator_, {});
  if (rank_ == 0) std::this_thread::sleep_for(milliseconds(300));
  queue->finish();
  if (rank_ == 0 || size_ == 1) {
    EXPECT_LT(queue->seconds_waited(), 0.2);
  } else {
    EXPECT_GT(queue->seconds_waited(), 0.2);
  }
}

}  // namespace
}  // namespace at2
