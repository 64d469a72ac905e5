// Whole runs of the program on a tiny model, as processes.
#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/types.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <thread>

#include "base/random.h"
#include "store/hdf5_reader.h"
#include "support/equal_runs.h"
#include "support/tiny_run.h"

namespace at2 {
namespace {

using testing::CommandResult;
using testing::expect_equal_runs;
using testing::run_command;
using testing::TinyRun;

TEST(RunTest, OneToEightRanksGiveEqualBits) {
  const TinyRun tiny;
  const CommandResult alone = tiny.run("run", 0, "alone");
  ASSERT_EQ(alone.exit_code, 0) << alone.output;
  EXPECT_NE(alone.output.find("Average attention"), std::string::npos) << alone.output;
  for (const int ranks : {1, 2, 3, 4, 8}) {
    const std::string out = "ranks" + std::to_string(ranks);
    const CommandResult result = tiny.run("run", ranks, out);
    ASSERT_EQ(result.exit_code, 0) << result.output;
    expect_equal_runs(tiny.path() / "alone", tiny.path() / out);
  }
}

class ArchitectureRunTest : public ::testing::TestWithParam<const char*> {};

TEST_P(ArchitectureRunTest, OneAndTwoRanksGiveEqualBits) {
  const TinyRun tiny(4, 2, GetParam());
  for (const int ranks : {1, 2}) {
    const CommandResult result = tiny.run("run", ranks, "ranks" + std::to_string(ranks));
    ASSERT_EQ(result.exit_code, 0) << result.output;
    EXPECT_EQ(result.output.find("does not know"), std::string::npos) << result.output;
  }
  expect_equal_runs(tiny.path() / "ranks1", tiny.path() / "ranks2");
}

INSTANTIATE_TEST_SUITE_P(Models, ArchitectureRunTest, ::testing::Values("mistral", "qwen2", "qwen3", "phi3", "gemma3"));

TEST(RunTest, ASharedWeightCacheChangesNothing) {
  const TinyRun tiny(4, 2, "qwen3");
  const std::string half = "--set model.dtype=float16 --set model.weight_cache=";
  ASSERT_EQ(tiny.run("run", 2, "shared", half + "cache").exit_code, 0);
  EXPECT_FALSE(std::filesystem::is_empty(tiny.path() / "cache")) << "float32 weights are converted once";
  ASSERT_EQ(tiny.run("run", 2, "again", half + "cache").exit_code, 0);
  ASSERT_EQ(tiny.run("run", 1, "own", half + "none").exit_code, 0);
  expect_equal_runs(tiny.path() / "shared", tiny.path() / "again");
  expect_equal_runs(tiny.path() / "shared", tiny.path() / "own");
}

TEST(RunTest, ASecondRunSaysThatEverythingIsThere) {
  const TinyRun tiny(4, 2);
  ASSERT_EQ(tiny.run("run", 2, "out").exit_code, 0);
  const CommandResult again = tiny.run("run", 2, "out");
  ASSERT_EQ(again.exit_code, 0) << again.output;
  for (const char* line : {"generate: all chunks are there already", "ablate: all chunks are there already",
                           "train: the estimator is there already", "evaluate: all chunks are there already"}) {
    EXPECT_NE(again.output.find(line), std::string::npos) << line << "\n" << again.output;
  }
}

TEST(RunTest, StagesOneByOneEqualTheWholeRun) {
  const TinyRun tiny(4, 2);
  ASSERT_EQ(tiny.run("run", 0, "whole").exit_code, 0);
  for (const char* stage : {"generate", "ablate", "train", "evaluate", "report"}) {
    const CommandResult result = tiny.run(stage, 0, "stages");
    ASSERT_EQ(result.exit_code, 0) << stage << "\n" << result.output;
  }
  expect_equal_runs(tiny.path() / "whole", tiny.path() / "stages");
  const auto halved = [&](const char* file, const char* group) {
    return Hdf5Reader(tiny.path() / "stages" / file).int_attribute(group, "halved_packs");
  };
  EXPECT_EQ(halved("ablations/chunk-00000.h5", "examples/000000"), 0);
  EXPECT_EQ(halved("scores/chunk-00000.h5", "examples/000000/sentence"), 0);
  for (const char* file : {"config.yaml", "provenance.json", "metrics.json", "report.html", "estimator.h5"}) {
    EXPECT_TRUE(std::filesystem::exists(tiny.path() / "stages" / file)) << file;
  }
}

TEST(RunTest, ARunThatOnlyTrainsNeedsNoEvaluationDataAndReportsTheta) {
  const TinyRun tiny(4, 2);
  const CommandResult result = tiny.run("run", 2, "out", "--set evaluate.sources=[] --set data.evaluation.path=");
  ASSERT_EQ(result.exit_code, 0) << result.output;
  EXPECT_TRUE(std::filesystem::exists(tiny.path() / "out/figures/theta.svg"));
  EXPECT_FALSE(std::filesystem::exists(tiny.path() / "out/scores"));
  const CommandResult evaluation =
      tiny.run("evaluate", 0, "out", "--set evaluate.sources=[] --set data.evaluation.path=");
  EXPECT_EQ(evaluation.exit_code, 1);
  EXPECT_NE(evaluation.output.find("evaluate.sources is []"), std::string::npos) << evaluation.output;
}

TEST(RunTest, AStageWithoutTheOneBeforeItNamesTheCommandToRun) {
  const TinyRun tiny(4, 2);
  const CommandResult result = tiny.run("ablate", 0, "out");
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_NE(result.output.find("run at2 generate with the same config first"), std::string::npos) << result.output;
}

TEST(RunTest, OtherOptionsOnTheSameFolderAreRefusedWithBothValues) {
  const TinyRun tiny(4, 2);
  ASSERT_EQ(tiny.run("generate", 0, "out").exit_code, 0);
  const CommandResult result = tiny.run("generate", 2, "out", "--set seed=2");
  EXPECT_NE(result.exit_code, 0);
  EXPECT_NE(result.output.find("seed is 1 there and 2 now"), std::string::npos) << result.output;
  EXPECT_NE(result.output.find("--out out-2"), std::string::npos) << result.output;
  EXPECT_EQ(tiny.run("generate", 0, "out", "--set report.highlight_threshold=0.3").exit_code, 0)
      << "what changes no value may change";
}

TEST(RunTest, AnotherInstructionSetOrDtypeIsRefusedUnlessTheConfigAllowsTheMix) {
  const TinyRun tiny(4, 2);
  ASSERT_EQ(tiny.run("generate", 0, "out").exit_code, 0);
  const auto on_another_machine = [&](const std::string& arguments) {
    return run_command("export ATEN_CPU_CAPABILITY=default; " + tiny.command_line("ablate", 0, "out", arguments));
  };
  const CommandResult refused = on_another_machine("");
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_NE(refused.output.find("CPU instruction set is"), std::string::npos) << refused.output;
  EXPECT_NE(refused.output.find("--set store.allow_device_mix=true"), std::string::npos) << refused.output;
  const std::string other_dtype = "--set model.dtype=bfloat16";
  EXPECT_NE(tiny.run("ablate", 0, "out", other_dtype).output.find("model.dtype is auto there and bfloat16 now"),
            std::string::npos);
  const CommandResult allowed = on_another_machine(other_dtype + " --set store.allow_device_mix=true");
  EXPECT_EQ(allowed.exit_code, 0) << allowed.output;
  EXPECT_EQ(Hdf5Reader(tiny.path() / "out/ablations/chunk-00000.h5").text_attribute("/", "dtype"), "bfloat16");
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

/// Ids of the processes that run the program in this folder.
std::vector<pid_t> processes_with(const std::string& argument) {
  std::vector<pid_t> found;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const std::string name = entry.path().filename().string();
    if (!std::all_of(name.begin(), name.end(), [](char c) { return c >= '0' && c <= '9'; })) continue;
    std::ifstream file(entry.path() / "cmdline", std::ios::binary);
    const std::string words((std::istreambuf_iterator<char>(file)), {});
    if (words.starts_with(AT2_PROGRAM) && words.find(argument) != std::string::npos) found.push_back(std::stoi(name));
  }
  return found;
}

/// The finished shards of a stage and when they were written.
std::map<std::string, std::filesystem::file_time_type> finished(const std::filesystem::path& folder) {
  std::map<std::string, std::filesystem::file_time_type> shards;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    if (entry.path().extension() == ".h5") shards[entry.path().filename()] = entry.last_write_time();
  }
  return shards;
}

TEST(ResumeTest, KilledAtRandomMomentsAndContinuedOnOtherRanksGivesTheSameBits) {
  const TinyRun tiny(10, 2);
  const auto undisturbed = tiny.path() / "undisturbed";
  ASSERT_EQ(tiny.run("run", 0, "undisturbed").exit_code, 0);
  RandomStream stream(20261123, "kill moments");
  int killed_midway = 0;
  for (int attempt = 0; attempt < 20; ++attempt) {
    const std::string out = "killed" + std::to_string(attempt);
    const auto run = tiny.path() / out;
    std::filesystem::create_directories(run);
    std::filesystem::copy(undisturbed / "responses", run / "responses", std::filesystem::copy_options::recursive);
    // Until some random number of shards is there, then a random moment more: kill -9 of all ranks.
    const pid_t launcher = start(tiny.command_line("ablate", 1 + attempt % 3, out));
    const auto wanted = stream.below(9);
    for (int wait = 0; wait < 6000 && finished(run / "ablations").size() < wanted; ++wait) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(stream.below(30)));
    for (const pid_t rank : processes_with(out)) ::kill(rank, SIGKILL);
    ::waitpid(launcher, nullptr, 0);
    for (int wait = 0; wait < 1000 && !processes_with(out).empty(); ++wait) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    const auto before = finished(run / "ablations");
    if (!before.empty() && before.size() < 10) ++killed_midway;
    const CommandResult again = tiny.run("run", 1 + (attempt + 1) % 4, out);
    ASSERT_EQ(again.exit_code, 0) << again.output;
    const auto after = finished(run / "ablations");
    ASSERT_EQ(after.size(), 10U);
    for (const auto& [name, time] : before) {
      EXPECT_EQ(after.at(name), time) << name << " was there and was computed again";
    }
    expect_equal_runs(undisturbed, run);
    std::filesystem::remove_all(run);
  }
  EXPECT_GE(killed_midway, 10) << "most kills must hit the middle of the stage, or the test tests nothing";
}

}  // namespace
}  // namespace at2
