#include "serve/job_queue.h"

#include <algorithm>
#include <utility>

#include "base/timer.h"

namespace at2 {

JobQueue::JobQueue(std::size_t capacity) : capacity_(capacity), thread_([this] { work(); }) {}

JobQueue::~JobQueue() {
  close({});
  thread_.join();
}

JobQueue::Push JobQueue::push(Job job) {
  const std::lock_guard lock(mutex_);
  if (closed_) return Push::closed;
  if (jobs_.size() >= capacity_) drop_abandoned();
  // An idle thread takes the job at once, also where nothing may wait.
  const std::size_t room = capacity_ + (busy_ ? 0 : 1);
  if (jobs_.size() >= room) return Push::full;
  jobs_.push_back(std::move(job));
  changed_.notify_one();
  return Push::taken;
}

void JobQueue::close(std::function<void()> on_end) {
  std::deque<Job> waiting;
  {
    const std::lock_guard lock(mutex_);
    if (!closed_) on_end_ = std::move(on_end);
    closed_ = true;
    waiting.swap(jobs_);
    changed_.notify_one();
  }
  for (const Job& job : waiting) job.turned_away();
}

std::size_t JobQueue::waiting() const {
  const std::lock_guard lock(mutex_);
  return jobs_.size();
}

std::size_t JobQueue::in_hand() const {
  const std::lock_guard lock(mutex_);
  return busy_ ? 1 : 0;
}

double JobQueue::expected_wait_seconds() const {
  const std::lock_guard lock(mutex_);
  if (finished_ == 0) return 0;
  const auto before = static_cast<double>(jobs_.size() + (busy_ ? 1 : 0));
  return before * busy_seconds_ / static_cast<double>(finished_);
}

void JobQueue::drop_abandoned() {
  std::erase_if(jobs_, [](const Job& job) { return job.abandoned(); });
}

void JobQueue::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return closed_ || !jobs_.empty(); });
    if (jobs_.empty()) break;
    Job job = std::move(jobs_.front());
    jobs_.pop_front();
    busy_ = true;
    lock.unlock();
    const Timer timer;
    const bool wanted = !job.abandoned();
    if (wanted) job.run();
    // What the job holds must not outlive it.
    job = {};
    lock.lock();
    busy_ = false;
    if (wanted) {
      ++finished_;
      busy_seconds_ += timer.seconds();
    }
  }
  const std::function<void()> on_end = std::move(on_end_);
  lock.unlock();
  if (on_end) on_end();
}

}  // namespace at2
