// Which examples max_examples takes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "data/readers.h"
#include "support/test_files.h"

namespace at2 {
namespace {

using Queries = std::vector<std::string>;

std::vector<std::string> numbered_lines(int count) {
  std::vector<std::string> lines;
  for (int i = 0; i < count; ++i) {
    lines.push_back("{\"instruction\": \"q" + std::to_string(i) + "\", \"context\": \"c\"}\n");
  }
  return lines;
}

Queries select(const std::vector<std::string>& lines, std::int64_t count, std::uint64_t seed) {
  const TestFolder folder;
  std::string content;
  for (const std::string& line : lines) content += line;
  DatasetOptions options;
  options.path = folder.write("records", content).string();
  options.max_examples = count;
  ReadReport report;
  Queries queries;
  for (const Example& example : read_examples(options, {.seed = seed}, report)) queries.push_back(example.query);
  EXPECT_EQ(report.kept, static_cast<std::int64_t>(lines.size()));
  EXPECT_EQ(report.selected, static_cast<std::int64_t>(queries.size()));
  return queries;
}

TEST(SelectionTest, SameSeedSameExamplesInFileOrder) {
  const auto lines = numbered_lines(50);
  const Queries chosen = select(lines, 10, 3);
  EXPECT_EQ(chosen.size(), 10U);
  EXPECT_EQ(select(lines, 10, 3), chosen);
  EXPECT_TRUE(std::is_sorted(chosen.begin(), chosen.end(), [](const auto& a, const auto& b) {
    return std::stoi(a.substr(1)) < std::stoi(b.substr(1));
  }));
}

TEST(SelectionTest, AnotherSeedChoosesOthers) {
  const auto lines = numbered_lines(50);
  EXPECT_NE(select(lines, 10, 3), select(lines, 10, 4));
}

TEST(SelectionTest, OrderOfTheFileDoesNotMatter) {
  auto lines = numbered_lines(50);
  Queries chosen = select(lines, 10, 3);
  std::reverse(lines.begin(), lines.end());
  std::rotate(lines.begin(), lines.begin() + 17, lines.end());
  Queries again = select(lines, 10, 3);
  std::sort(chosen.begin(), chosen.end());
  std::sort(again.begin(), again.end());
  EXPECT_EQ(again, chosen);
}

TEST(SelectionTest, SmallerChoiceIsPartOfTheLarger) {
  const auto lines = numbered_lines(50);
  const Queries larger = select(lines, 20, 3);
  const std::set<std::string> taken(larger.begin(), larger.end());
  for (const std::string& query : select(lines, 10, 3)) EXPECT_TRUE(taken.contains(query)) << query;
}

TEST(SelectionTest, RemovingAnUnchosenRecordChangesNothing) {
  auto lines = numbered_lines(50);
  const Queries chosen = select(lines, 10, 3);
  const auto unchosen = std::find_if(lines.begin(), lines.end(), [&chosen](const std::string& line) {
    return std::none_of(chosen.begin(), chosen.end(), [&line](const std::string& query) {
      return line.find('"' + query + '"') != std::string::npos;
    });
  });
  ASSERT_NE(unchosen, lines.end());
  lines.erase(unchosen);
  EXPECT_EQ(select(lines, 10, 3), chosen);
}

TEST(SelectionTest, ZeroAndMoreThanThereAreTakeAll) {
  const auto lines = numbered_lines(5);
  EXPECT_EQ(select(lines, 0, 3), (Queries{"q0", "q1", "q2", "q3", "q4"}));
  EXPECT_EQ(select(lines, 9, 3).size(), 5U);
}

}  // namespace
}  // namespace at2
