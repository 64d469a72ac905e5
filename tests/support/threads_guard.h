/// \file support/threads_guard.h
/// \brief A number of threads for the length of a test.
#pragma once

#include <ATen/Parallel.h>

namespace at2::testing {

class ThreadsGuard {
 public:
  explicit ThreadsGuard(int threads) : before_(at::get_num_threads()) { at::set_num_threads(threads); }
  ~ThreadsGuard() { at::set_num_threads(before_); }
  ThreadsGuard(const ThreadsGuard&) = delete;
  ThreadsGuard& operator=(const ThreadsGuard&) = delete;

 private:
  int before_;
};

}  // namespace at2::testing
