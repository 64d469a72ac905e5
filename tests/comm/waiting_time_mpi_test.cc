// How long ranks wait for work when chunks differ 50-fold in cost. Run with 8 ranks by the test comm_waiting_np8.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <numeric>
#include <string>
#include <thread>
#include <vector>

#include "base/random.h"
#include "base/timer.h"
#include "comm/environment.h"
#include "comm/work_queue.h"

namespace at2 {
namespace {

/// Chunks whose costs lie between 1 and 50, most of them small: the logarithm is uniform, as with texts of a data set.
std::vector<Work> skewed_works(std::int64_t count) {
  RandomStream random(7, "costs");
  std::vector<Work> works;
  for (std::int64_t chunk = 0; chunk < count; ++chunk) {
    works.push_back({chunk, std::pow(50.0, static_cast<double>(random.below(1000)) / 999)});
  }
  return works;
}

/// Share of its time that each of `ranks` ranks would wait at the end, if a rank took the queue's next chunk whenever
/// it is free and messages cost nothing.
std::vector<double> simulated_shares(const std::vector<Work>& works, int ranks) {
  const auto alone = make_self_communicator();
  const auto queue = make_work_queue(*alone, works);
  std::vector<double> busy(static_cast<std::size_t>(ranks));
  while (const auto chunk = queue->next()) {
    *std::min_element(busy.begin(), busy.end()) += works[static_cast<std::size_t>(*chunk)].cost;
  }
  const double end = *std::max_element(busy.begin(), busy.end());
  for (double& time : busy) time = (end - time) / end;
  return busy;
}

double mean(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

void print(const char* title, const std::vector<double>& shares) {
  std::printf("%s: mean share of time waited %.2f %%\n", title, 100 * mean(shares));
  for (std::size_t rank = 0; rank < shares.size(); ++rank) {
    const auto length = static_cast<std::size_t>(std::lround(shares[rank] * 400));
    std::printf("  rank %zu %6.2f %% %s\n", rank, 100 * shares[rank], std::string(length, '#').c_str());
  }
}

TEST(WaitingTimeTest, OnSkewedChunksEightRanksWouldWaitUnderFivePercentOfTheirTime) {
  const std::vector<double> shares = simulated_shares(skewed_works(200), 8);
  EXPECT_LT(mean(shares), 0.05);
  EXPECT_GT(mean(shares), 0) << "an even schedule down to the last bit is none of these chunks";
}

TEST(WaitingTimeTest, TheShareThatRanksWaitIsPrinted) {
  Environment environment(nullptr, nullptr);
  Communicator& ranks = environment.communicator();
  const std::vector<Work> works = skewed_works(200);
  // Two and a half seconds on any number of ranks; chunks take from 8 ms to 0.4 s on eight.
  // Two and a half seconds in all; with eight ranks chunks take from 8 ms to 0.4 s.
  const double unit = 0.001 * ranks.size();
  ranks.barrier();
  const Timer timer;
  const auto queue = make_work_queue(ranks, works);
  std::int64_t done = 0;
  while (const auto chunk = queue->next()) {
    const double cost = works[static_cast<std::size_t>(*chunk)].cost;
    std::this_thread::sleep_for(std::chrono::duration<double>(cost * unit));
    ++done;
  }
  queue->finish();
  std::vector<double> share{queue->seconds_waited() / timer.seconds()};
  std::vector<double> shares(static_cast<std::size_t>(ranks.size()));
  ranks.all_gather(buffer_of(std::span(share)), buffer_of(std::span(shares)));
  ranks.all_reduce(buffer_of(std::span(&done, 1)), Reduction::sum);
  if (ranks.rank() == 0) {
    print("simulated, messages for nothing", simulated_shares(works, ranks.size()));
    print("measured", shares);
  }
  EXPECT_EQ(done, std::ssize(works));
  for (const double of_rank : shares) {
    EXPECT_GE(of_rank, 0);
    EXPECT_LE(of_rank, 1);
  }
}

}  // namespace
}  // namespace at2
