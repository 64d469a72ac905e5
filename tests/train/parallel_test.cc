#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include <mutex>
#include <set>
#include <thread>

namespace at2 {
namespace {

TEST(ParallelTest, LoopsOfOurOwnRunOnTheThreadsThatLibTorchIsSetTo) {
  const int threads_before = at::get_num_threads();
  at::set_num_threads(3);
  std::mutex mutex;
  std::set<std::thread::id> threads;
  at::parallel_for(0, 3, 1, [&](std::int64_t, std::int64_t) {
    const std::lock_guard lock(mutex);
    threads.insert(std::this_thread::get_id());
  });
  at::set_num_threads(threads_before);
  EXPECT_EQ(threads.size(), 3U);
}

}  // namespace
}  // namespace at2
