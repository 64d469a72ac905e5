#include "app/dry_run_estimate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "app/dry_run_work.h"

namespace at2 {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Work some_work() {
  Work work;
  work.forward_passes = 33;
  work.prompt_rows = 100;
  work.written_tokens = 10;
  work.scored_rows = 1000;
  work.attention_rows = 100;
  work.backward_rows = 50;
  work.bytes = 2000;
  work.peak_bytes = 5e8;
  return work;
}

constexpr Speed kSpeed{.prompt_row = 0.001, .written_token = 0.02, .scored_row = 0.002, .attention_row = 0.003};

TEST(DryRunEstimateTest, SecondsAreThoseOfEachKindOfWork) {
  // 0.1 reading, 0.2 writing, 2 scoring, 0.3 attention, and a backward pass as two forward passes: 0.2
  EXPECT_NEAR(seconds_of(some_work(), kSpeed), 2.8, 1e-12);
}

TEST(DryRunEstimateTest, RanksShareChunksInRounds) {
  const StagePlan plan{"ablate", 20, 10, 5, 150, some_work()};
  EXPECT_NEAR(estimate(plan, kSpeed, 1).seconds, 28, 1e-9);
  // Five chunks of two examples: three rounds of two ranks.
  EXPECT_NEAR(estimate(plan, kSpeed, 2).seconds, 3 * 2 * 2.8, 1e-9);
  EXPECT_NEAR(estimate(plan, kSpeed, 100).seconds, 5.6, 1e-9);
  const StageEstimate stage = estimate(plan, kSpeed, 2);
  EXPECT_EQ(stage.left, 10);
  EXPECT_EQ(stage.forward_passes, 330);
  EXPECT_EQ(stage.bytes, 20000);
  EXPECT_EQ(stage.peak_bytes, 5e8);
}

TEST(DryRunEstimateTest, WhatIsDoneTakesNothing) {
  const StageEstimate stage = estimate({"ablate", 20, 0, 0, 150, some_work()}, kSpeed, 2);
  EXPECT_EQ(stage.seconds, 0);
  EXPECT_EQ(stage.bytes, 0);
  EXPECT_EQ(stage.examples, 20);
}

TEST(DryRunEstimateTest, ResponsesThatWereCutOffCountForTheirLength) {
  EXPECT_EQ(expected_length(100, 0, 64), 64) << "none ended";
  // One end in 20 tokens: about 20 where the limit is far away, less where it is near.
  EXPECT_NEAR(expected_length(100, 5, 10000), 20, 1e-9);
  EXPECT_NEAR(expected_length(100, 5, 20), 20 * (1 - std::exp(-1.0)), 1e-9);
  EXPECT_LE(expected_length(100, 1, 8), 8);
}

TEST(DryRunEstimateTest, WorkAddsUpAndTheLargestMemoryStays) {
  Work sum = some_work();
  Work smaller = some_work();
  smaller.peak_bytes = 1;
  sum += smaller;
  EXPECT_EQ(sum.scored_rows, 2000);
  EXPECT_EQ(sum.peak_bytes, 5e8);
  EXPECT_EQ(sum.divided_by(2).scored_rows, 1000);
  EXPECT_EQ(sum.divided_by(2).peak_bytes, 5e8);
}

TEST(DryRunEstimateTest, TheTableEndsWithSums) {
  const StagePlan plan{"ablate", 20, 10, 5, 150, some_work()};
  const std::string table = estimate_table({estimate(plan, kSpeed, 1), estimate(plan, kSpeed, 1)});
  EXPECT_THAT(table, HasSubstr("28.0 s"));
  EXPECT_THAT(table, HasSubstr("56.0 s"));
  EXPECT_THAT(table, HasSubstr("40 KB"));
}

TEST(DryRunWorkTest, ExamplesThatAreLookedAtAreSpreadOut) {
  EXPECT_THAT(spread_over(3, 10), ElementsAre(0, 1, 2));
  EXPECT_THAT(spread_over(100, 4), ElementsAre(12, 37, 62, 87));
  EXPECT_TRUE(spread_over(0, 4).empty());
}

}  // namespace
}  // namespace at2
