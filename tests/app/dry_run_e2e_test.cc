// at2 run --dry-run: says what is left, and writes nothing.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <sstream>

#include "support/tiny_run.h"

namespace at2 {
namespace {

using testing::CommandResult;
using ::testing::HasSubstr;
using testing::TinyRun;

/// Every file with its size and time of change.
std::map<std::string, std::string> files_of(const std::filesystem::path& folder) {
  std::map<std::string, std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    files[entry.path().string()] =
        std::to_string(entry.file_size()) + " " + std::to_string(entry.last_write_time().time_since_epoch().count());
  }
  return files;
}

/// The words of the line of a stage, after its title: examples, left, tokens, forward passes, ...
std::vector<std::string> cells(const std::string& table, const std::string& stage) {
  std::istringstream lines(table);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with(stage)) continue;
    std::string numbers = line.substr(stage.size());
    std::erase(numbers, ',');
    std::istringstream rest(numbers);
    std::vector<std::string> words;
    for (std::string word; rest >> word;) words.push_back(word);
    return words;
  }
  ADD_FAILURE() << "no line of " << stage << " in " << table;
  return std::vector<std::string>(10);
}

TEST(DryRunE2eTest, SaysWhatARunWouldTakeAndWritesNothing) {
  const TinyRun run(10, 4);
  const auto before = files_of(run.path());
  for (const int ranks : {0, 2}) {
    const CommandResult dry = run.run("run --dry-run", ranks, "out");
    ASSERT_EQ(dry.exit_code, 0) << dry.output;
    EXPECT_EQ(files_of(run.path()), before);
    EXPECT_FALSE(std::filesystem::exists(run.path() / "out"));
    EXPECT_EQ(cells(dry.output, "generate, training set")[1], "10");
    EXPECT_EQ(cells(dry.output, "ablate")[1], "10");
    EXPECT_EQ(cells(dry.output, "evaluate")[1], "4");
    EXPECT_THAT(dry.output, HasSubstr("Nothing was written"));
    EXPECT_THAT(dry.output, HasSubstr(ranks == 2 ? "each of 2 rank(s)" : "each of 1 rank(s)"));
  }
}

TEST(DryRunE2eTest, OnlyWhatIsLeftCounts) {
  const TinyRun run(10, 4);
  const CommandResult made = run.run("run", 0, "out");
  ASSERT_EQ(made.exit_code, 0) << made.output;
  for (int chunk = 3; chunk < 7; ++chunk) {
    ASSERT_TRUE(std::filesystem::remove(run.path() / "out/ablations" / ("chunk-0000" + std::to_string(chunk) + ".h5")));
  }
  const auto before = files_of(run.path());
  const CommandResult dry = run.run("run --dry-run", 0, "out");
  ASSERT_EQ(dry.exit_code, 0) << dry.output;
  EXPECT_EQ(files_of(run.path()), before);
  EXPECT_EQ(cells(dry.output, "generate, training set")[1], "0");
  EXPECT_EQ(cells(dry.output, "ablate")[0], "10");
  EXPECT_EQ(cells(dry.output, "ablate")[1], "4");
  EXPECT_EQ(cells(dry.output, "evaluate")[1], "0");
  EXPECT_THAT(dry.output, HasSubstr("the mean of those that are there"));
}

/// Forward passes are counted, not measured: the count must agree with what the run then does.
TEST(DryRunE2eTest, ForwardPassesAreThoseOfTheRun) {
  const TinyRun run(10, 4);
  // With responses that are there already, nothing has to be assumed of them.
  ASSERT_EQ(run.run("generate", 0, "out").exit_code, 0);
  const CommandResult dry = run.run("run --dry-run", 0, "out");
  ASSERT_EQ(run.run("run", 0, "out").exit_code, 0);
  std::ifstream file(run.path() / "out/provenance.json");
  const auto provenance = nlohmann::json::parse(file);
  for (const auto& stage : provenance["stages"]) {
    const std::string name = stage["stage"];
    if (name != "ablate" && name != "evaluate") continue;
    const double counted = std::stod(cells(dry.output, name)[3]);
    EXPECT_NEAR(counted / stage["forward_passes"].get<double>(), 1, name == "ablate" ? 0.1 : 0.5) << name;
  }
}

/// The size in a line such as "evaluate ... 12.3 KB 1.2 GB", which tells bytes before memory.
double bytes_of(const std::string& table, const std::string& stage) {
  const std::vector<std::string> words = cells(table, stage);
  const std::map<std::string, double> units = {{"bytes", 1}, {"KB", 1e3}, {"MB", 1e6}, {"GB", 1e9}};
  for (std::size_t word = 1; word < words.size(); ++word) {
    if (units.contains(words[word])) return std::stod(words[word - 1]) * units.at(words[word]);
  }
  ADD_FAILURE() << "no bytes of " << stage << " in " << table;
  return 0;
}

TEST(DryRunE2eTest, KeptFeaturesCount) {
  const TinyRun run(4, 2);
  const std::string all = "--set ablate.features=[attention,value_norm,logit_contribution] --set store.shared=pool ";
  double counted[2] = {};
  double written[2] = {};
  for (const int kept : {0, 1}) {
    const std::string out = kept == 1 ? "kept" : "not";
    const std::string options = all + "--set evaluate.store_features=" + (kept == 1 ? "true" : "false");
    ASSERT_EQ(run.run("generate", 0, out, options).exit_code, 0);
    counted[kept] = bytes_of(run.run("run --dry-run", 0, out, options).output, "evaluate");
    ASSERT_EQ(run.run("run", 0, out, options).exit_code, 0);
    for (const auto& shard : std::filesystem::directory_iterator(run.path() / out / "scores")) {
      written[kept] += static_cast<double>(shard.file_size());
    }
  }
  EXPECT_GT(written[1] - written[0], 1e4);
  // Counted as they are, written compressed.
  const double ratio = (counted[1] - counted[0]) / (written[1] - written[0]);
  EXPECT_GE(ratio, 1);
  EXPECT_LT(ratio, 2);
}

TEST(DryRunE2eTest, FaultsAreThoseOfARun) {
  const TinyRun run(4, 2);
  const CommandResult unknown = run.run("run --dry-run", 0, "out", "--set sed=2");
  EXPECT_EQ(unknown.exit_code, 1);
  EXPECT_THAT(unknown.output, HasSubstr("did you mean seed?"));
  ASSERT_EQ(run.run("run", 0, "out").exit_code, 0);
  EXPECT_THAT(run.run("run --dry-run", 0, "out", "--set seed=2").output, HasSubstr("made with other options"));
}

}  // namespace
}  // namespace at2
