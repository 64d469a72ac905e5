// Which examples max_examples takes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "data/read_text.h"
#include "data/selection.h"

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

Queries part(const std::vector<std::string>& lines, DatasetPart part, std::int64_t train_part, std::int64_t count = 0,
             std::uint64_t seed = 3) {
  DatasetOptions options;
  options.part = part;
  options.max_examples = count;
  std::string content;
  for (const std::string& line : lines) content += line;
  Queries queries;
  for (const Example& example :
       read_text(options, content, {.seed = seed, .train_part_examples = train_part}).examples) {
    queries.push_back(example.query);
  }
  return queries;
}

TEST(PartTest, TrainAndEvaluationShareNothingAndLeaveNothing) {
  const auto lines = numbered_lines(50);
  const Queries train = part(lines, DatasetPart::train, 20);
  const Queries evaluation = part(lines, DatasetPart::evaluation, 20);
  EXPECT_EQ(train.size(), 20U);
  EXPECT_EQ(evaluation.size(), 30U);
  std::set<std::string> all(train.begin(), train.end());
  all.insert(evaluation.begin(), evaluation.end());
  EXPECT_EQ(all.size(), 50U);
  EXPECT_NE(part(lines, DatasetPart::train, 20, 0, 4), train) << "the seed decides";
}

TEST(PartTest, OrderOfTheFileDoesNotMatter) {
  auto lines = numbered_lines(50);
  Queries evaluation = part(lines, DatasetPart::evaluation, 20);
  std::reverse(lines.begin(), lines.end());
  Queries again = part(lines, DatasetPart::evaluation, 20);
  std::reverse(again.begin(), again.end());
  EXPECT_EQ(again, evaluation);
}

TEST(PartTest, MaxExamplesChoosesWithinThePart) {
  const auto lines = numbered_lines(50);
  for (const DatasetPart which : {DatasetPart::train, DatasetPart::evaluation}) {
    const Queries whole = part(lines, which, 20);
    const Queries some = part(lines, which, 20, 7);
    EXPECT_EQ(some.size(), 7U);
    for (const std::string& query : some) EXPECT_EQ(std::count(whole.begin(), whole.end(), query), 1);
  }
}

TEST(PartTest, WithoutRecordsForEvaluationTheRunEnds) {
  EXPECT_EQ(part(numbered_lines(5), DatasetPart::train, 20).size(), 5U);
  EXPECT_THAT(message_of([] { (void)part(numbered_lines(5), DatasetPart::evaluation, 20); }),
              ::testing::HasSubstr("all 5 usable ones are in the part for training"));
}

TEST(PartTest, AutomaticIsTheSetsOwnPartOfAFormatWithOneSplit) {
  std::string rows = "question,options\n";
  for (int i = 0; i < 10; ++i) rows += "q" + std::to_string(i) + ",[]\n";
  const auto count = [&](DatasetFormat format, const std::string& content, DatasetPart own) {
    return read_text(format, content,
                     {.own_part = own, .train_part_examples = 4, .without_context = WithoutContext::keep})
        .examples.size();
  };
  EXPECT_EQ(count(DatasetFormat::global_opinions, rows, DatasetPart::train), 4U);
  EXPECT_EQ(count(DatasetFormat::global_opinions, rows, DatasetPart::evaluation), 6U);
  std::string lines;
  for (const std::string& line : numbered_lines(10)) lines += line;
  EXPECT_EQ(count(DatasetFormat::dolly, lines, DatasetPart::train), 10U);
}

TEST(SmallestKeysTest, HoldsNoMoreThanItMay) {
  SmallestKeys smallest(3);
  std::vector<std::uint64_t> rejected;
  for (const std::uint64_t key : {5, 1, 4, 4, 9, 0}) {
    if (auto other = smallest.offer({key, static_cast<std::int64_t>(key), {}})) rejected.push_back(other->key);
  }
  EXPECT_EQ(rejected, (std::vector<std::uint64_t>{5, 9, 4}));
  EXPECT_EQ(smallest.take().size(), 3U);
}

Example example_of(const std::string& context, const std::string& query, const std::string& prompt_start) {
  Example example;
  example.content = prompt_start + context + " " + query;
  const auto begin = static_cast<std::int64_t>(prompt_start.size());
  example.context = {begin, begin + static_cast<std::int64_t>(context.size())};
  example.query = query;
  return example;
}

TEST(SelectionTest, ExamplesAreSharedWhereContextAndQueryAreEqual) {
  const std::vector<Example> train{example_of("red box", "what?", "Read: "), example_of("blue box", "what?", "Read: ")};
  EXPECT_EQ(count_shared(train, std::vector{example_of("red box", "what?", "Another prompt: ")}), 1);
  EXPECT_EQ(count_shared(train, std::vector{example_of("red box", "why?", "Read: ")}), 0);
  EXPECT_EQ(count_shared(train, std::vector{example_of("green box", "what?", "Read: "), train[1], train[0]}), 2);
  EXPECT_EQ(count_shared({}, train), 0);
}

}  // namespace
}  // namespace at2
