// Stopping in order, several programs on one folder, ranks that stop answering.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/types.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <iterator>
#include <set>
#include <thread>
#include <utility>
#include <vector>

#include "support/equal_runs.h"
#include "support/tiny_run.h"

namespace at2 {
namespace {

namespace fs = std::filesystem;
using testing::CommandResult;
using testing::expect_equal_runs;
using testing::run_command;
using testing::TinyRun;

/// A command that runs beside the test.
class Background {
 public:
  explicit Background(const std::string& command) : thread_([this, command] { result_ = run_command(command); }) {}
  ~Background() {
    if (thread_.joinable()) thread_.join();
  }
  const CommandResult& wait() {
    thread_.join();
    return result_;
  }

 private:
  CommandResult result_;
  std::thread thread_;
};

std::string content_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

/// Processes that run the program with this argument, in the order of their ranks.
std::vector<pid_t> processes_with(const std::string& argument) {
  std::vector<std::pair<int, pid_t>> found;
  for (const auto& entry : fs::directory_iterator("/proc")) {
    const std::string name = entry.path().filename().string();
    if (!std::all_of(name.begin(), name.end(), [](char c) { return c >= '0' && c <= '9'; })) continue;
    const std::string words = content_of(entry.path() / "cmdline");
    if (!words.starts_with(AT2_PROGRAM) || words.find(argument) == std::string::npos) continue;
    const std::string variables = content_of(entry.path() / "environ");
    const std::string rank = "OMPI_COMM_WORLD_RANK=";
    const std::size_t place = variables.find(rank);
    found.emplace_back(place == std::string::npos ? 0 : std::atoi(variables.c_str() + place + rank.size()),
                       std::stoi(name));
  }
  std::sort(found.begin(), found.end());
  std::vector<pid_t> processes;
  for (const auto& [rank, process] : found) processes.push_back(process);
  return processes;
}

bool wait_until(const std::function<bool()>& condition) {
  for (int look = 0; look < 12000; ++look) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return false;
}

std::set<std::string> shards(const fs::path& folder) {
  std::set<std::string> names;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (entry.path().extension() == ".h5") names.insert(entry.path().filename());
  }
  return names;
}

TEST(ElasticTest, AskedToStopOneRankStopsAllInOrderAndTheSameCommandGoesOn) {
  const TinyRun tiny(40, 2);
  ASSERT_EQ(tiny.run("run", 2, "undisturbed").exit_code, 0);
  Background run(tiny.command_line("run", 3, "stopped"));
  ASSERT_TRUE(wait_until([&] { return shards(tiny.path() / "stopped/ablations").size() > 3; }));
  const auto ranks = processes_with("stopped");
  ASSERT_EQ(ranks.size(), 3U);
  ::kill(ranks.back(), SIGUSR1);
  const CommandResult& result = run.wait();
  EXPECT_EQ(result.exit_code, 75) << result.output;
  EXPECT_NE(result.output.find("stopped by SIGUSR1 after "), std::string::npos) << result.output;
  EXPECT_NE(result.output.find("run the same command again"), std::string::npos) << result.output;
  EXPECT_TRUE(fs::exists(tiny.path() / "stopped/provenance.json"));
  for (const auto& entry : fs::recursive_directory_iterator(tiny.path() / "stopped")) {
    const std::string name = entry.path().filename().string();
    EXPECT_EQ(name.find(".tmp."), std::string::npos) << entry.path();
    EXPECT_FALSE(name.ends_with(".claim")) << entry.path();
  }
  const CommandResult again = tiny.run("run", 1, "stopped");
  ASSERT_EQ(again.exit_code, 0) << again.output;
  expect_equal_runs(tiny.path() / "undisturbed", tiny.path() / "stopped");
}

TEST(ElasticTest, TrainingStopsBetweenStepsAndStartsOver) {
  const TinyRun tiny(4, 2);
  for (const char* stage : {"generate", "ablate"}) {
    ASSERT_EQ(tiny.run(stage, 1, "stopped", "--set train.steps=30000").exit_code, 0);
  }
  Background train(tiny.command_line("train", 2, "stopped", "--set train.steps=30000"));
  ASSERT_TRUE(wait_until([&] { return fs::exists(tiny.path() / "stopped/estimator.claim"); }));
  for (const pid_t rank : processes_with("stopped")) ::kill(rank, SIGTERM);
  const CommandResult& result = train.wait();
  EXPECT_EQ(result.exit_code, 75) << result.output;
  EXPECT_NE(result.output.find("of 30000 steps of train, which will start over"), std::string::npos) << result.output;
  EXPECT_FALSE(fs::exists(tiny.path() / "stopped/estimator.h5"));
  EXPECT_FALSE(fs::exists(tiny.path() / "stopped/estimator.claim"));
}

TEST(ElasticTest, TimingStopsBetweenTwoOperationsAndKeepsNothing) {
  const TinyRun tiny(4, 2);
  ASSERT_EQ(tiny.run("run", 0, "stopped").exit_code, 0);
  Background bench(tiny.command_line("bench-attribution", 0, "stopped", "--set bench.repeats=1000000 >log"));
  const auto log = tiny.path() / "log";
  ASSERT_TRUE(wait_until([&] { return fs::exists(log) && content_of(log).find("run folder") != std::string::npos; }));
  for (const pid_t rank : processes_with("stopped")) ::kill(rank, SIGTERM);
  EXPECT_EQ(bench.wait().exit_code, 75) << content_of(log);
  EXPECT_NE(content_of(log).find("stopped by SIGTERM in bench-attribution"), std::string::npos) << content_of(log);
  EXPECT_FALSE(fs::exists(tiny.path() / "stopped/timing.json"));
}

TEST(ElasticTest, SeveralProgramsOnOneFolderComputeEachChunkOnceAndEndTheSame) {
  const TinyRun tiny(12, 4);
  ASSERT_EQ(tiny.run("run", 0, "alone").exit_code, 0);
  const std::string log = (tiny.path() / "renames.txt").string();
  const std::string count = "export LD_PRELOAD=" AT2_STAND_INS "/liblate_renames.so AT2_RENAMES_LOG=" + log + "; ";
  Background first(count + tiny.command_line("run", 0, "together"));
  Background second(count + tiny.command_line("run", 2, "together"));
  Background third(count + tiny.command_line("run", 0, "together"));
  for (Background* program : {&first, &second, &third}) {
    const CommandResult& result = program->wait();
    EXPECT_EQ(result.exit_code, 0) << result.output;
  }
  expect_equal_runs(tiny.path() / "alone", tiny.path() / "together");
  std::ifstream file(log);
  std::multiset<std::string> written;
  for (std::string line; std::getline(file, line);) written.insert(line.substr(line.find("together")));
  EXPECT_EQ(written.size(), 12U + 4U + 12U + 4U + 2U) << "shards, estimator.h5 and training.h5";
  for (const std::string& name : written) EXPECT_EQ(written.count(name), 1U) << name;
}

TEST(ElasticTest, ChunksOfAKilledProgramAreComputedByTheOther) {
  const TinyRun tiny(20, 2);
  ASSERT_EQ(tiny.run("run", 0, "alone").exit_code, 0);
  Background killed(tiny.command_line("run", 0, "together", "--set store.claim_seconds=50"));
  ASSERT_TRUE(wait_until([&] { return shards(tiny.path() / "together/ablations").size() > 1; }));
  const auto doomed = processes_with("together");
  Background other(tiny.command_line("run", 2, "together", "--set store.claim_seconds=51"));
  for (const pid_t process : doomed) ::kill(process, SIGKILL);
  EXPECT_NE(killed.wait().exit_code, 0);
  const CommandResult& result = other.wait();
  EXPECT_EQ(result.exit_code, 0) << result.output;
  expect_equal_runs(tiny.path() / "alone", tiny.path() / "together");
}

TEST(ElasticTest, ARankThatStopsAnsweringEndsTheRunByName) {
  const TinyRun tiny(40, 2);
  for (const std::size_t stopped : {std::size_t{0}, std::size_t{2}}) {
    const std::string out = "silent" + std::to_string(stopped);
    Background run(tiny.command_line("run", 3, out, "--set comm.silence_seconds=2"));
    ASSERT_TRUE(wait_until([&] { return shards(tiny.path() / out / "ablations").size() > 3; }));
    const auto ranks = processes_with(out);
    ASSERT_EQ(ranks.size(), 3U);
    ::kill(ranks[stopped], SIGSTOP);
    const CommandResult& result = run.wait();
    EXPECT_NE(result.exit_code, 0);
    EXPECT_NE(result.output.find("error: rank " + std::to_string(stopped) + " on "), std::string::npos)
        << result.output;
    EXPECT_NE(result.output.find(" has not answered for "), std::string::npos) << result.output;
    EXPECT_TRUE(wait_until([&] { return processes_with(out).empty(); }));
  }
}

}  // namespace
}  // namespace at2
