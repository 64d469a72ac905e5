#include "config/rank_record.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>

#include "config/provenance.h"
#include "support/test_files.h"

namespace at2 {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

RankCost cost_of(const std::string& stage, std::int64_t rank) {
  RankCost cost;
  cost.stage = stage;
  cost.rank = rank;
  cost.host = "a";
  cost.device = "cpu";
  cost.chunks = 3;
  cost.forward_passes = 90;
  cost.backward_passes = 2;
  cost.seconds = 12;
  cost.waited_seconds = 2;
  cost.bytes_written = 1000;
  cost.peak_resident_bytes = 500;
  cost.peak_device_bytes = 70;
  return cost;
}

TEST(RankRecordTest, ComesBackEqualFromItsFile) {
  const TestFolder folder;
  RankRecord record = record_of_this_process(3, 8, "run");
  record.stage = "ablate";
  record.state = RankState::stopped;
  record.costs = {cost_of("generate", 3), cost_of("ablate", 3)};
  write_rank_record(folder.path(), record);
  EXPECT_THAT(record_path(folder.path(), record).filename().string(), HasSubstr(".00003."));
  const auto records = read_rank_records(folder.path());
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(records[0].costs, record.costs);
  EXPECT_EQ(records[0].rank, 3);
  EXPECT_EQ(records[0].ranks, 8);
  EXPECT_EQ(records[0].pid, ::getpid());
  EXPECT_EQ(records[0].process_start, record.process_start);
  EXPECT_EQ(records[0].started, record.started);
  EXPECT_EQ(records[0].stage, "ablate");
  EXPECT_EQ(records[0].state, RankState::stopped);
}

TEST(RankRecordTest, AFileThatIsNoRecordIsLeftOut) {
  const TestFolder folder;
  write_rank_record(folder.path(), record_of_this_process(0, 1, "run"));
  folder.write("20260101T000000Z.00000.1.a.json", "{\"rank\": ");
  folder.write("20260101T000000Z.00001.1.a.json.tmp.1.a", "{}");
  EXPECT_EQ(read_rank_records(folder.path()).size(), 1U);
  EXPECT_TRUE(read_rank_records(folder.path() / "absent").empty());
}

TEST(RankRecordTest, InvocationsAddUpPerStageRankHostAndDevice) {
  RankRecord first;
  first.costs = {cost_of("ablate", 0), cost_of("ablate", 1)};
  RankRecord second;
  second.costs = {cost_of("ablate", 1)};
  second.costs[0].peak_resident_bytes = 400;
  second.costs[0].peak_device_bytes = 90;
  RankRecord elsewhere;
  elsewhere.costs = {cost_of("ablate", 1), cost_of("ablate", 1)};
  elsewhere.costs[0].host = "b";
  elsewhere.costs[1].device = "cuda:0";
  const std::vector<RankCost> sums = add_up({first, second, elsewhere});
  ASSERT_EQ(sums.size(), 4U);
  RankCost both = cost_of("ablate", 1);
  both.invocations = 2;
  both.chunks = 6;
  both.forward_passes = 180;
  both.backward_passes = 4;
  both.seconds = 24;
  both.waited_seconds = 4;
  both.bytes_written = 2000;
  both.peak_device_bytes = 90;
  EXPECT_THAT(sums, ElementsAre(cost_of("ablate", 0), both, elsewhere.costs[0], elsewhere.costs[1]));
}

TEST(RankRecordTest, ThroughputIsOfTheTimeThatARankDidNotWait) {
  EXPECT_DOUBLE_EQ(passes_per_second(cost_of("ablate", 0)), 9.0);
  EXPECT_DOUBLE_EQ(passes_per_second(RankCost{}), 0.0);
  EXPECT_DOUBLE_EQ(to_json(cost_of("ablate", 0)).at("forward_passes_per_second").get<double>(), 9.0);
}

TEST(RankRecordTest, OnlyTheProcessThatWroteARecordKeepsItAlive) {
  const RankRecord mine = record_of_this_process(0, 1, "run");
  EXPECT_EQ(life_of(mine), Life::alive);
  RankRecord other = mine;
  other.process_start += 1;
  EXPECT_EQ(life_of(other), Life::gone) << "a later process of the same number";
  other.host += "x";
  EXPECT_EQ(life_of(other), Life::unknown);
}

TEST(RankRecordTest, SecondsSinceReadsWhatUtcNowWrites) {
  EXPECT_LT(seconds_since(utc_now()), 5);
  EXPECT_GT(seconds_since("2020-02-29T12:00:00Z"), 1e8);
  EXPECT_TRUE(std::isnan(seconds_since("yesterday")));
}

}  // namespace
}  // namespace at2
