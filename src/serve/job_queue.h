/// \file serve/job_queue.h
/// \brief One thread that works on requests in the order of their coming, and a bounded queue before it.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace at2 {

/// Work for the thread. Nothing of it may throw.
struct Job {
  std::function<void()> run;
  /// Whether nobody wants it any more: then it is dropped.
  std::function<bool()> abandoned;
  /// Is called instead of run() when the queue is closed before its turn.
  std::function<void()> turned_away;
};

class JobQueue {
 public:
  /// \param capacity  jobs that wait, besides the one that is worked on
  explicit JobQueue(std::size_t capacity);
  /// Waits for the job in hand.
  ~JobQueue();
  JobQueue(const JobQueue&) = delete;
  JobQueue& operator=(const JobQueue&) = delete;

  enum class Push { taken, full, closed };
  /// Jobs that nobody wants any more make room for others.
  [[nodiscard]] Push push(Job job);

  /// Turns away the jobs that wait, takes no more, and lets the thread end after the job in hand.
  /// \param on_end  is called once by the thread at its end
  void close(std::function<void()> on_end);

  /// Jobs that wait.
  [[nodiscard]] std::size_t waiting() const;
  /// 1 while a job is worked on, else 0.
  [[nodiscard]] std::size_t in_hand() const;
  /// About how long until a job that came now would begin, by the mean of the jobs so far.
  [[nodiscard]] double expected_wait_seconds() const;

 private:
  void work();
  void drop_abandoned();

  std::size_t capacity_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Job> jobs_;
  bool closed_ = false;
  bool busy_ = false;
  std::size_t finished_ = 0;
  double busy_seconds_ = 0;
  std::function<void()> on_end_;
  std::thread thread_;
};

}  // namespace at2
