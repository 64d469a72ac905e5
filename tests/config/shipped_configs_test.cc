// The configs that come with the program.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "config/load.h"
#include "config/yaml_file.h"

namespace at2 {
namespace {

namespace fs = std::filesystem;

const fs::path kConfigs = fs::path(AT2_SOURCE_DIR) / "configs";

/// A part of configs, which is none itself.
bool is_part(const fs::path& file) { return file.filename().string().starts_with("base_"); }

std::vector<fs::path> all_files() {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(kConfigs)) {
    if (entry.path().extension() == ".yaml") files.push_back(entry.path());
  }
  return files;
}

TEST(ShippedConfigsTest, EveryConfigIsValid) {
  int valid = 0;
  for (const fs::path& file : all_files()) {
    if (is_part(file)) continue;
    EXPECT_NO_THROW(static_cast<void>(load_options(file))) << file;
    ++valid;
  }
  EXPECT_GE(valid, 20);
}

TEST(ShippedConfigsTest, EveryPartIsUsed) {
  std::set<fs::path> used;
  for (const fs::path& file : all_files()) {
    for (const std::string& base : read_config_file(file).bases) {
      used.insert(fs::weakly_canonical(file.parent_path() / base));
    }
  }
  for (const fs::path& file : all_files()) {
    if (!is_part(file)) continue;
    EXPECT_TRUE(used.contains(fs::weakly_canonical(file))) << file << " is the base of nothing";
  }
}

/// The first number and the last of "7-14", "4a" or "5".
std::pair<int, int> figures_of(const std::string& cell) {
  const std::size_t dash = cell.find('-');
  return {std::stoi(cell), std::stoi(dash == std::string::npos ? cell : cell.substr(dash + 1))};
}

TEST(ShippedConfigsTest, EveryFigureOfThePaperHasAConfig) {
  std::ifstream readme(kConfigs / "paper/README.md");
  const std::regex row(R"(\| ([0-9]+[a-c]?(-[0-9]+)?) \| (.*) \| .* \|)");
  const std::regex name("`([^`]+)`");
  std::set<int> figures;
  std::set<fs::path> named;
  for (std::string line; std::getline(readme, line);) {
    std::smatch match;
    if (!std::regex_match(line, match, row)) continue;
    const auto [first, last] = figures_of(match[1]);
    for (int figure = first; figure <= last; ++figure) figures.insert(figure);
    const std::string cell = match[3];
    for (std::sregex_iterator found(cell.begin(), cell.end(), name), end; found != end; ++found) {
      const fs::path file = kConfigs / "paper" / ((*found)[1].str() + ".yaml");
      EXPECT_TRUE(fs::exists(file)) << line;
      named.insert(file.filename());
    }
  }
  for (int figure = 1; figure <= 24; ++figure) EXPECT_TRUE(figures.contains(figure)) << "Figure " << figure;
  for (const fs::path& file : all_files()) {
    if (file.parent_path() != kConfigs / "paper" || is_part(file)) continue;
    EXPECT_TRUE(named.contains(file.filename())) << file << " is in no row of the table of figures";
  }
}

TEST(ShippedConfigsTest, ThePapersSizesHold) {
  const RunOptions context = load_options(kConfigs / "paper/4a_llama_natural_questions.yaml");
  EXPECT_EQ(context.data.train.max_examples, 2000);
  EXPECT_EQ(context.data.evaluation.max_examples, 400);
  EXPECT_EQ(context.generate.max_new_tokens, 512);
  EXPECT_EQ(context.model.dtype, DtypeChoice::float16);
  EXPECT_THAT(context.evaluate.esm_ablations, ::testing::ElementsAre(32, 64, 128, 256));
  const RunOptions thought = load_options(kConfigs / "paper/4b_r1_drop.yaml");
  EXPECT_EQ(thought.generate.max_new_tokens, 4096);
  EXPECT_EQ(thought.model.dtype, DtypeChoice::bfloat16);
  const RunOptions pruned = load_options(kConfigs / "paper/5_phi_hotpotqa.yaml");
  EXPECT_EQ(pruned.data.evaluation.max_examples, 4000);
  EXPECT_EQ(pruned.data.train.prompt_template, "") << "theta is trained with the plain prompt";
  EXPECT_THAT(pruned.data.evaluation.prompt_template, ::testing::HasSubstr("\"Final answer: <answer>\""));
}

}  // namespace
}  // namespace at2
