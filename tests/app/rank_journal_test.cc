#include "app/rank_journal.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <thread>

#include "support/test_files.h"

namespace at2 {
namespace {

RankRecord only_record(const TestFolder& folder) {
  const auto records = read_rank_records(folder.path());
  return records.size() == 1 ? records.front() : RankRecord{};
}

TEST(RankJournalTest, APassThroughTwoStagesIsCounted) {
  const TestFolder folder;
  {
    RankJournal journal(folder.path(), record_of_this_process(1, 2, "run"));
    EXPECT_EQ(only_record(folder).state, RankState::running);
    journal.passes(99, 99);
    journal.begin("ablate");
    EXPECT_EQ(only_record(folder).stage, "ablate");
    journal.passes(33, 0);
    journal.chunk_done(1000);
    journal.passes(66, 4);
    journal.chunk_done(500);
    std::this_thread::sleep_for(std::chrono::milliseconds(30));
    journal.waited(0.01);
    journal.end();
    EXPECT_EQ(only_record(folder).stage, "");
    journal.begin("evaluate");
    journal.chunk_done(7);
    journal.end();
  }
  const RankRecord record = only_record(folder);
  EXPECT_EQ(record.state, RankState::ended);
  ASSERT_EQ(record.costs.size(), 2U);
  const RankCost& ablate = record.costs[0];
  EXPECT_EQ(ablate.stage, "ablate");
  EXPECT_EQ(ablate.rank, 1);
  EXPECT_EQ(ablate.device, "cpu");
  EXPECT_EQ(ablate.chunks, 2);
  EXPECT_EQ(ablate.bytes_written, 1500);
  EXPECT_EQ(ablate.forward_passes, 66);
  EXPECT_EQ(ablate.backward_passes, 4);
  EXPECT_GE(ablate.seconds, 0.03);
  EXPECT_DOUBLE_EQ(ablate.waited_seconds, 0.01);
  EXPECT_GT(ablate.peak_resident_bytes, 1000000);
  EXPECT_EQ(ablate.peak_device_bytes, 0);
  EXPECT_EQ(record.costs[1].chunks, 1);
}

TEST(RankJournalTest, AStageThatFillsTwoFoldersGoesOnCounting) {
  const TestFolder folder;
  RankJournal journal(folder.path(), record_of_this_process(0, 1, "run"));
  for (int part = 0; part < 2; ++part) {
    journal.begin("generate");
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    journal.chunk_done(10);
    journal.waited(0.001);
    journal.end();
  }
  const RankRecord record = only_record(folder);
  ASSERT_EQ(record.costs.size(), 1U);
  EXPECT_EQ(record.costs[0].chunks, 2);
  EXPECT_GE(record.costs[0].seconds, 0.04);
  EXPECT_DOUBLE_EQ(record.costs[0].waited_seconds, 0.002);
}

TEST(RankJournalTest, AnErrorLeavesARecordThatSaysSo) {
  const TestFolder folder;
  try {
    RankJournal journal(folder.path(), record_of_this_process(0, 1, "run"));
    journal.begin("ablate");
    journal.chunk_done(10);
    throw std::runtime_error("as a full disk");
  } catch (const std::runtime_error&) {
  }
  const RankRecord record = only_record(folder);
  EXPECT_EQ(record.state, RankState::stopped);
  EXPECT_EQ(record.stage, "ablate");
  EXPECT_EQ(record.costs.at(0).chunks, 1);
}

TEST(RankJournalTest, ARequestToStopLeavesARecordThatSaysSo) {
  const TestFolder folder;
  { RankJournal(folder.path(), record_of_this_process(0, 1, "run")).stopped(); }
  EXPECT_EQ(only_record(folder).state, RankState::stopped);
}

TEST(RankJournalTest, OnlyTheFirstRecordMayFail) {
  EXPECT_NE(message_of([] { RankJournal journal("/proc/no/folder", record_of_this_process(0, 1, "run")); }), "");
  const TestFolder folder;
  const auto ranks = folder.path() / "ranks";
  std::filesystem::create_directories(ranks);
  RankJournal journal(ranks, record_of_this_process(0, 1, "run"));
  std::filesystem::remove_all(ranks);
  journal.begin("ablate");
  journal.end();
}

}  // namespace
}  // namespace at2
