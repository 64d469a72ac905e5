// Status of run folders made by hand.
#include "app/run_status.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app/run_folder.h"
#include "store/claim.h"

namespace at2 {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

const StageStatus& stage_of(const RunStatus& status, const std::string& title) {
  for (const StageStatus& stage : status.stages) {
    if (stage.title == title) return stage;
  }
  throw std::runtime_error("no stage " + title);
}

class RunStatusTest : public ::testing::Test {
 protected:
  void add_ablations(std::int64_t count) const {
    for (std::int64_t chunk = 0; chunk < count; ++chunk) {
      run_.add_shard(run_.folder().ablations(), made_up_header("ablations", "f00d", chunk, 8, 1));
    }
  }
  RunStatus status() const { return status_of(run_.folder().root()); }
  RankRecord working_on(const std::string& stage) const {
    RankRecord record = record_of_this_process(0, 2, "run");
    record.stage = stage;
    RankCost cost;
    cost.stage = stage;
    cost.chunks = 6;
    cost.seconds = 12;
    record.costs = {cost};
    return record;
  }
  void write(const RankRecord& record) const {
    std::filesystem::create_directories(run_.folder().ranks());
    write_rank_record(run_.folder().ranks(), record);
  }
  std::filesystem::path touch(const std::filesystem::path& path, std::chrono::seconds age = {}) const {
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << "x";
    std::filesystem::last_write_time(path, std::filesystem::file_time_type::clock::now() - age);
    return path;
  }

  MadeUpRun run_;
};

TEST_F(RunStatusTest, AnEmptyRunIsMissingAllThroughInTheOrderOfItsStages) {
  std::vector<std::string> titles;
  for (const StageStatus& stage : status().stages) {
    titles.push_back(stage.title);
    EXPECT_EQ(stage.state, StageState::missing) << stage.title;
  }
  EXPECT_THAT(titles, ::testing::ElementsAre("generate, training set", "generate, evaluation set", "ablate", "train",
                                             "evaluate", "report"));
  EXPECT_EQ(stage_of(status(), "ablate").total, std::nullopt);
  EXPECT_THAT(describe(status()), HasSubstr("the same command goes on"));
}

TEST_F(RunStatusTest, AnotherFolderIsRefused) {
  EXPECT_THAT(message_of([&] { static_cast<void>(status_of(run_.files().path())); }), HasSubstr("not a run folder"));
}

TEST_F(RunStatusTest, SomeChunksWithoutAProcessAreAStoppedStage) {
  add_ablations(3);
  const StageStatus ablate = stage_of(status(), "ablate");
  EXPECT_EQ(ablate.state, StageState::stopped);
  EXPECT_EQ(ablate.done, 3);
  EXPECT_EQ(ablate.total, 8);
  EXPECT_EQ(ablate.chunks_per_second, std::nullopt);
}

TEST_F(RunStatusTest, AllChunksAreADoneStageWhateverLiesBesideThem) {
  add_ablations(8);
  touch(run_.folder().ablations() / "chunk-00003.h5.damaged");
  touch(run_.folder().ablations() / "chunk-00003.h5.tmp.1.elsewhere", std::chrono::hours(30));
  const StageStatus ablate = stage_of(status(), "ablate");
  EXPECT_EQ(ablate.state, StageState::done);
  EXPECT_EQ(ablate.set_aside, 0) << "it has been measured again";
}

TEST_F(RunStatusTest, AShardThatWasSetAsideMakesAStoppedStageDamaged) {
  add_ablations(3);
  touch(run_.folder().ablations() / "chunk-00005.h5.damaged");
  EXPECT_EQ(stage_of(status(), "ablate").state, StageState::damaged);
  EXPECT_EQ(stage_of(status(), "ablate").set_aside, 1);
}

TEST_F(RunStatusTest, ALivingProcessMakesItsStageRunWithRateAndTimeLeft) {
  add_ablations(6);
  write(working_on("ablate"));
  const StageStatus ablate = stage_of(status(), "ablate");
  EXPECT_EQ(ablate.state, StageState::running);
  EXPECT_DOUBLE_EQ(ablate.chunks_per_second.value(), 0.5);
  EXPECT_DOUBLE_EQ(ablate.seconds_left.value(), 4);
  EXPECT_THAT(describe(status()), AllOf(HasSubstr("6/8"), HasSubstr("0.5/s"), HasSubstr("alive, in stage ablate")));
  EXPECT_EQ(to_json(status()).at("processes").at(0).at("life"), "alive");
  EXPECT_EQ(to_json(status()).at("stages").at(2).at("state"), "running");
}

TEST_F(RunStatusTest, TheSecondFolderOfAStageRunsWhenTheFirstIsFull) {
  write(working_on("generate"));
  EXPECT_EQ(stage_of(status(), "generate, training set").state, StageState::running);
  EXPECT_EQ(stage_of(status(), "generate, evaluation set").state, StageState::missing);
  run_.add_shard(run_.folder().responses(Split::train), made_up_header("responses", "f", 0, 1, 2));
  EXPECT_EQ(stage_of(status(), "generate, training set").state, StageState::done);
  EXPECT_EQ(stage_of(status(), "generate, evaluation set").state, StageState::running);
}

TEST_F(RunStatusTest, AKilledProcessIsNamedAndItsStageIsStopped) {
  add_ablations(3);
  RankRecord record = working_on("ablate");
  record.process_start += 1;
  write(record);
  EXPECT_EQ(stage_of(status(), "ablate").state, StageState::stopped);
  ASSERT_EQ(status().processes.size(), 1U);
  EXPECT_EQ(status().processes[0].life, Life::gone);
  EXPECT_THAT(describe(status()), AllOf(HasSubstr("gone, without saying so"), HasSubstr(record.host)));
}

TEST_F(RunStatusTest, ProcessesThatEndedOrWereKilledBeforeTheLastInvocationAreNotNamed) {
  RankRecord ended = working_on("");
  ended.state = RankState::ended;
  write(ended);
  RankRecord killed = working_on("ablate");
  killed.process_start += 1;
  killed.started = "2026-01-01T00:00:00Z";
  killed.updated = "2026-01-01T00:10:00Z";
  write(killed);
  EXPECT_TRUE(status().processes.empty());
}

TEST_F(RunStatusTest, AProcessOfAnotherMachineCountsWhileItsRecordIsFresh) {
  add_ablations(3);
  RankRecord record = working_on("ablate");
  record.host += "-other";
  write(record);
  EXPECT_EQ(stage_of(status(), "ablate").state, StageState::running);
  record.updated = "2026-01-01T00:00:00Z";
  write(record);
  EXPECT_EQ(stage_of(status(), "ablate").state, StageState::stopped);
}

TEST_F(RunStatusTest, FreshClaimsAndTemporaryFilesMakeAStageRun) {
  add_ablations(3);
  const auto claim = touch(run_.folder().ablations() / "chunk-00004.claim");
  EXPECT_EQ(stage_of(status(), "ablate").state, StageState::running);
  EXPECT_EQ(stage_of(status(), "ablate").claimed, 1);
  touch(claim, std::chrono::hours(1));
  EXPECT_EQ(stage_of(status(), "ablate").state, StageState::stopped);
  touch(run_.folder().ablations() / "chunk-00004.h5.tmp.12.elsewhere");
  EXPECT_EQ(stage_of(status(), "ablate").writing, 1);
  EXPECT_EQ(stage_of(status(), "ablate").state, StageState::running);
}

TEST_F(RunStatusTest, TheClaimOfAProcessThatWasKilledCountsForNothing) {
  add_ablations(3);
  const auto claim = run_.folder().ablations() / "chunk-00004.claim";
  const pid_t holder = ::fork();
  if (holder == 0) {
    const auto held = Claim::take(claim, std::chrono::seconds(60));
    for (;;) ::pause();
  }
  // The beat is written after the holder's name.
  for (int wait = 0; wait < 2000 && (!std::filesystem::exists(claim) || std::filesystem::file_size(claim) < 60);
       ++wait) {
    ::usleep(5000);
  }
  EXPECT_EQ(stage_of(status(), "ablate").claimed, 1);
  ::kill(holder, SIGKILL);
  ::waitpid(holder, nullptr, 0);
  EXPECT_TRUE(std::filesystem::exists(claim));
  EXPECT_EQ(stage_of(status(), "ablate").claimed, 0);
  EXPECT_EQ(stage_of(status(), "ablate").state, StageState::stopped);
}

TEST_F(RunStatusTest, TrainIsDoneWithBothItsFiles) {
  touch(run_.folder().estimator());
  EXPECT_EQ(stage_of(status(), "train").state, StageState::missing);
  touch(run_.folder().training());
  EXPECT_EQ(stage_of(status(), "train").state, StageState::done);
}

}  // namespace
}  // namespace at2
