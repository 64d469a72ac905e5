#include "serve/job_queue.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <vector>

namespace at2 {
namespace {

Job job(std::function<void()> run) {
  return {std::move(run), [] { return false; }, [] {}};
}

/// A queue whose thread is busy until the gate opens.
class BusyQueue {
 public:
  explicit BusyQueue(std::size_t capacity) : queue(capacity) {
    std::promise<void> begun;
    EXPECT_EQ(queue.push(job([this, &begun] {
      begun.set_value();
      gate.get_future().wait();
    })),
              JobQueue::Push::taken);
    begun.get_future().wait();
  }
  ~BusyQueue() { open(); }
  void open() {
    if (!opened_) gate.set_value();
    opened_ = true;
  }
  // Jobs use the gate: the queue ends first.
  std::promise<void> gate;
  JobQueue queue;

 private:
  bool opened_ = false;
};

TEST(JobQueueTest, JobsRunInOrder) {
  std::vector<int> order;
  {
    std::promise<void> done;
    JobQueue queue(8);
    for (int i = 0; i < 5; ++i) EXPECT_EQ(queue.push(job([&order, i] { order.push_back(i); })), JobQueue::Push::taken);
    EXPECT_EQ(queue.push(job([&] { done.set_value(); })), JobQueue::Push::taken);
    done.get_future().wait();
  }
  EXPECT_EQ(order, (std::vector<int>{0, 1, 2, 3, 4}));
}

TEST(JobQueueTest, IsFullWithAsManyWaitingAsItMayHave) {
  BusyQueue busy(2);
  EXPECT_EQ(busy.queue.push(job([] {})), JobQueue::Push::taken);
  EXPECT_EQ(busy.queue.push(job([] {})), JobQueue::Push::taken);
  EXPECT_EQ(busy.queue.push(job([] {})), JobQueue::Push::full);
  EXPECT_EQ(busy.queue.waiting(), 2U);
  EXPECT_EQ(busy.queue.in_hand(), 1U);
}

TEST(JobQueueTest, WithoutWaitingRoomAnIdleThreadStillWorks) {
  std::promise<void> done;
  JobQueue queue(0);
  EXPECT_EQ(queue.push(job([&] { done.set_value(); })), JobQueue::Push::taken);
  done.get_future().wait();
}

TEST(JobQueueTest, JobsThatNobodyWantsMakeRoomAndDoNotRun) {
  std::atomic<bool> ran = false;
  std::atomic<bool> gone = false;
  {
    BusyQueue busy(1);
    EXPECT_EQ(busy.queue.push({[&] { ran = true; }, [&] { return gone.load(); }, [] {}}), JobQueue::Push::taken);
    EXPECT_EQ(busy.queue.push(job([] {})), JobQueue::Push::full);
    gone = true;
    EXPECT_EQ(busy.queue.push(job([] {})), JobQueue::Push::taken);
  }
  EXPECT_FALSE(ran);
}

TEST(JobQueueTest, ClosingTurnsAwayWhoWaitsAndFinishesWhatIsInHand) {
  std::atomic<int> turned_away = 0;
  std::promise<void> ended;
  BusyQueue busy(4);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(busy.queue.push({[] { FAIL() << "it was turned away"; }, [] { return false; }, [&] { ++turned_away; }}),
              JobQueue::Push::taken);
  }
  busy.queue.close([&] { ended.set_value(); });
  EXPECT_EQ(turned_away, 3);
  EXPECT_EQ(busy.queue.push(job([] {})), JobQueue::Push::closed);
  auto end = ended.get_future();
  EXPECT_EQ(end.wait_for(std::chrono::milliseconds(20)), std::future_status::timeout) << "one is in hand";
  busy.open();
  end.wait();
}

TEST(JobQueueTest, ExpectsToWaitForTheMeanOfWhatWasDone) {
  // Jobs use them: the queue ends first.
  std::promise<void> begun;
  std::promise<void> second_gate;
  BusyQueue busy(4);
  EXPECT_EQ(busy.queue.expected_wait_seconds(), 0) << "nothing is known yet";
  EXPECT_EQ(busy.queue.push(job([] {})), JobQueue::Push::taken);
  EXPECT_EQ(busy.queue.push(job([&] {
    begun.set_value();
    second_gate.get_future().wait();
  })),
            JobQueue::Push::taken);
  std::this_thread::sleep_for(std::chrono::milliseconds(30));
  busy.open();
  begun.get_future().wait();
  EXPECT_GE(busy.queue.expected_wait_seconds(), 0.01) << "one in hand, half of at least 30 ms";
  second_gate.set_value();
}

}  // namespace
}  // namespace at2
