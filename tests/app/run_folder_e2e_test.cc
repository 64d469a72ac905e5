// at2 status, at2 verify and damaged files, on whole runs of the program.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "support/equal_runs.h"
#include "support/tiny_run.h"

namespace at2 {
namespace {

using ::testing::AllOf;
using testing::CommandResult;
using testing::expect_equal_runs;
using ::testing::HasSubstr;
using testing::metrics_of;
using ::testing::Not;
using testing::run_command;
using testing::TinyRun;

CommandResult look(const TinyRun& tiny, const std::string& command, const std::string& run) {
  return run_command("cd " + tiny.path().string() + " && " + AT2_PROGRAM + " " + command + " " + run);
}

void flip_bit(const std::filesystem::path& path) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  const auto middle = static_cast<std::streamoff>(std::filesystem::file_size(path) / 2);
  file.seekg(middle);
  const auto byte = static_cast<char>(file.get());
  file.seekp(middle);
  file.put(static_cast<char>(byte ^ 4));
}

void cut_one_byte(const std::filesystem::path& path) {
  std::filesystem::resize_file(path, std::filesystem::file_size(path) - 1);
}

TEST(DamageTest, DamagedFilesAreNamedSetAsideAndMeasuredAgain) {
  const TinyRun tiny(5, 3);
  ASSERT_EQ(tiny.run("run", 0, "whole").exit_code, 0);
  const auto hurt = tiny.path() / "hurt";
  std::filesystem::copy(tiny.path() / "whole", hurt, std::filesystem::copy_options::recursive);
  EXPECT_EQ(look(tiny, "verify", "hurt").exit_code, 0) << look(tiny, "verify", "hurt").output;

  const std::vector<std::string> damaged = {"responses/train/chunk-00004.h5", "ablations/chunk-00000.h5",
                                            "ablations/chunk-00003.h5", "estimator.h5", "scores/chunk-00001.h5"};
  for (const std::string& file : damaged)
    file == "ablations/chunk-00003.h5" ? cut_one_byte(hurt / file) : flip_bit(hurt / file);
  const CommandResult found = look(tiny, "verify", "hurt");
  EXPECT_EQ(found.exit_code, 1);
  for (const std::string& file : damaged) EXPECT_THAT(found.output, HasSubstr("DAMAGE: hurt/" + file + " is damaged"));
  EXPECT_THAT(found.output, Not(HasSubstr("responses/train/chunk-00000")));

  const CommandResult again = tiny.run("run", 2, "hurt");
  ASSERT_EQ(again.exit_code, 0) << again.output;
  for (const std::string& file : damaged) {
    EXPECT_THAT(again.output, HasSubstr("warning: hurt/" + file + " is damaged"));
    EXPECT_TRUE(std::filesystem::exists(hurt / (file + ".damaged"))) << file;
  }
  expect_equal_runs(tiny.path() / "whole", hurt);
  EXPECT_EQ(look(tiny, "verify", "hurt").exit_code, 0) << look(tiny, "verify", "hurt").output;
}

TEST(DamageTest, ADamagedFileBehindALinkIntoASharedStoreIsMeasuredAgainThere) {
  const TinyRun tiny(3, 2);
  const std::string shared = "--set store.shared=shared";
  ASSERT_EQ(tiny.run("run", 0, "first", shared).exit_code, 0);
  ASSERT_EQ(tiny.run("run", 0, "undisturbed").exit_code, 0);
  flip_bit(tiny.path() / "first/estimator.h5");
  flip_bit(tiny.path() / "first/scores/chunk-00000.h5");
  const CommandResult again = tiny.run("run", 0, "second", shared);
  ASSERT_EQ(again.exit_code, 0) << again.output;
  EXPECT_THAT(again.output, AllOf(HasSubstr("estimator.h5 is damaged"), HasSubstr("chunk-00000.h5 is damaged")));
  EXPECT_TRUE(std::filesystem::is_symlink(tiny.path() / "second/estimator.h5"));
  EXPECT_EQ(look(tiny, "verify", "first").exit_code, 0) << look(tiny, "verify", "first").output;
  EXPECT_EQ(metrics_of(tiny.path() / "second"), metrics_of(tiny.path() / "undisturbed"));
}

TEST(VerifyRunTest, MetricsOfOtherMeasurementsAreFoundAndAChoiceOfThemIsNot) {
  const TinyRun tiny(3, 2);
  ASSERT_EQ(tiny.run("run", 0, "out").exit_code, 0);
  ASSERT_EQ(tiny.run("report", 0, "out", "--set evaluate.methods=[at2] --set evaluate.bootstrap_samples=20").exit_code,
            0);
  const CommandResult chosen = look(tiny, "verify", "out");
  EXPECT_EQ(chosen.exit_code, 0) << chosen.output;
  EXPECT_THAT(chosen.output, HasSubstr("metrics.json shows a choice"));
  auto metrics = nlohmann::json::parse(std::ifstream(tiny.path() / "out/metrics.json"));
  metrics["methods"][0]["lds"]["mean"] = 0.123;
  std::ofstream(tiny.path() / "out/metrics.json") << metrics;
  const CommandResult other = look(tiny, "verify", "out");
  EXPECT_EQ(other.exit_code, 1) << other.output;
  EXPECT_THAT(other.output, HasSubstr("metrics.json does not belong to the measurements beside it"));
  ASSERT_EQ(tiny.run("report", 0, "out").exit_code, 0);
  EXPECT_EQ(look(tiny, "verify", "out").exit_code, 0);
}

TEST(VerifyRunTest, AFolderThatIsNoRunIsRefused) {
  const TinyRun tiny(1, 1);
  EXPECT_EQ(look(tiny, "verify", "model").exit_code, 1);
  EXPECT_THAT(look(tiny, "verify", "model").output, HasSubstr("model is not a run folder"));
  EXPECT_THAT(look(tiny, "status", "nowhere").output, HasSubstr("nowhere is not a run folder"));
}

nlohmann::json provenance_of(const std::filesystem::path& run) {
  return nlohmann::json::parse(std::ifstream(run / "provenance.json"));
}

/// Sum of a figure over the ranks of a stage.
double sum_over_ranks(const nlohmann::json& provenance, const std::string& stage, const std::string& figure) {
  double sum = 0;
  for (const auto& cost : provenance.at("rank_costs")) {
    if (cost.at("stage") == stage) sum += cost.at(figure).get<double>();
  }
  return sum;
}

double bytes_in(const std::filesystem::path& folder) {
  double bytes = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) bytes += static_cast<double>(entry.file_size());
  return bytes;
}

TEST(RankCostsTest, TheRanksOfAllInvocationsAddUpToWhatWasDone) {
  const TinyRun tiny(6, 3);
  ASSERT_EQ(tiny.run("run", 2, "out").exit_code, 0);
  const auto run = tiny.path() / "out";
  const auto first = provenance_of(run);
  EXPECT_EQ(sum_over_ranks(first, "generate", "chunks"), 9);
  EXPECT_EQ(sum_over_ranks(first, "ablate", "chunks"), 6);
  EXPECT_EQ(sum_over_ranks(first, "ablate", "bytes_written"), bytes_in(run / "ablations"));
  EXPECT_EQ(sum_over_ranks(first, "train", "invocations"), 2);
  for (const auto& stage : first.at("stages")) {
    const auto name = stage.at("stage").get<std::string>();
    EXPECT_NEAR(sum_over_ranks(first, name, "forward_passes"), stage.at("forward_passes").get<double>(), 2) << name;
  }
  for (const auto& cost : first.at("rank_costs")) {
    EXPECT_GT(cost.at("peak_resident_bytes"), 1000000);
    EXPECT_EQ(cost.at("device"), "cpu");
    EXPECT_GE(cost.at("seconds").get<double>(), cost.at("waited_seconds").get<double>());
  }
  std::filesystem::remove(run / "ablations/chunk-00002.h5");
  ASSERT_EQ(tiny.run("ablate", 1, "out").exit_code, 0);
  EXPECT_EQ(sum_over_ranks(provenance_of(run), "ablate", "chunks"), 7);
  EXPECT_EQ(sum_over_ranks(provenance_of(run), "ablate", "invocations"), 3);
  EXPECT_EQ(sum_over_ranks(provenance_of(run), "evaluate", "chunks"), 3) << "earlier stages are kept";
}

/// Starts a command in a process group of its own.
pid_t start(const std::string& command) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::setpgid(0, 0);
    ::execl("/bin/sh", "sh", "-c", ("exec >/dev/null 2>&1; " + command).c_str(), static_cast<char*>(nullptr));
    ::_exit(127);
  }
  return child;
}

std::size_t shards_in(const std::filesystem::path& folder) {
  std::error_code missing;
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder, missing)) {
    count += entry.path().extension() == ".h5" ? 1 : 0;
  }
  return count;
}

nlohmann::json status_json(const TinyRun& tiny) {
  const CommandResult result = look(tiny, "status --json", "out");
  EXPECT_EQ(result.exit_code, 0) << result.output;
  return nlohmann::json::parse(result.output);
}

nlohmann::json stage_in(const nlohmann::json& status, const std::string& title) {
  for (const auto& stage : status.at("stages")) {
    if (stage.at("stage") == title) return stage;
  }
  return nullptr;
}

TEST(StatusTest, ARunIsFollowedFromItsStartOverItsDeathToItsEnd) {
  const TinyRun tiny(60, 2);
  ASSERT_EQ(tiny.run("generate", 0, "out").exit_code, 0);
  EXPECT_EQ(stage_in(status_json(tiny), "generate, training set").at("state"), "done");
  EXPECT_EQ(stage_in(status_json(tiny), "ablate").at("total"), 60) << "as many as chunks of responses";

  const pid_t running = start(tiny.command_line("ablate", 0, "out"));
  for (int wait = 0; wait < 6000 && shards_in(tiny.path() / "out/ablations") < 2; ++wait) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  // Stopped, so that it lives for as long as it is looked at.
  ::kill(-running, SIGSTOP);
  const auto alive = status_json(tiny);
  EXPECT_EQ(stage_in(alive, "ablate").at("state"), "running") << alive;
  EXPECT_EQ(alive.at("processes").at(0).at("life"), "alive");
  EXPECT_EQ(look(tiny, "verify", "out").exit_code, 0) << "a run that goes on is not damaged";

  ::kill(-running, SIGKILL);
  ::waitpid(running, nullptr, 0);
  const auto killed = status_json(tiny);
  EXPECT_EQ(stage_in(killed, "ablate").at("state"), "stopped") << killed;
  EXPECT_GE(stage_in(killed, "ablate").at("done").get<int>(), 2);
  EXPECT_LT(stage_in(killed, "ablate").at("done").get<int>(), 60) << "it was killed too late to test anything";
  EXPECT_EQ(killed.at("processes").at(0).at("life"), "killed");
  EXPECT_EQ(look(tiny, "verify", "out").exit_code, 0);

  ASSERT_EQ(tiny.run("run", 2, "out").exit_code, 0);
  const auto ended = status_json(tiny);
  for (const auto& stage : ended.at("stages")) EXPECT_EQ(stage.at("state"), "done") << stage;
  EXPECT_TRUE(ended.at("processes").empty()) << ended;
  EXPECT_EQ(sum_over_ranks(provenance_of(tiny.path() / "out"), "ablate", "invocations"), 3) << "the killed one too";
  EXPECT_THAT(look(tiny, "status", "out").output, HasSubstr("everything is there"));
}

}  // namespace
}  // namespace at2
