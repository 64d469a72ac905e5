// The samples that the project ships are what data/README.md says.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "data/readers.h"

namespace at2 {
namespace {

std::vector<Example> read_sample(DatasetFormat format, const std::string& name) {
  DatasetOptions options;
  options.format = format;
  options.path = (std::filesystem::path(AT2_SOURCE_DIR) / "data/samples" / name).string();
  ReadReport report;
  auto examples = read_examples(options, {}, report);
  EXPECT_EQ(report.read, report.kept) << name;
  return examples;
}

std::string context_of(const Example& example) {
  return example.content.substr(static_cast<std::size_t>(example.context.begin),
                                static_cast<std::size_t>(example.context.size()));
}

std::int64_t count_words(const std::string& text) { return 1 + std::count(text.begin(), text.end(), ' '); }

TEST(SamplesTest, EveryRecordIsUsableAndNoneIsInTwoFiles) {
  std::set<std::string> questions;
  std::set<std::string> contexts;
  const auto add = [&](const std::vector<Example>& examples) {
    for (const Example& example : examples) {
      EXPECT_TRUE(questions.insert(example.query).second) << example.query;
      EXPECT_TRUE(contexts.insert(context_of(example)).second) << example.query;
      EXPECT_TRUE(example.answer.has_value() && !example.answer->empty()) << example.query;
    }
    return examples.size();
  };
  EXPECT_EQ(add(read_sample(DatasetFormat::dolly, "dolly_train.jsonl")), 48U);
  EXPECT_EQ(add(read_sample(DatasetFormat::dolly, "dolly_heldout.jsonl")), 12U);
  EXPECT_EQ(add(read_sample(DatasetFormat::hotpotqa, "hotpotqa_train.json")), 8U);
  EXPECT_EQ(add(read_sample(DatasetFormat::hotpotqa, "hotpotqa_heldout.json")), 8U);
}

TEST(SamplesTest, DollyContextsHaveSeveralSentencesAndAreShort) {
  for (const char* name : {"dolly_train.jsonl", "dolly_heldout.jsonl"}) {
    for (const Example& example : read_sample(DatasetFormat::dolly, name)) {
      const std::string context = context_of(example);
      EXPECT_GE(count_words(context), 60) << example.id;
      EXPECT_LE(count_words(context), 130) << example.id;
      EXPECT_GE(std::count(context.begin(), context.end(), '.'), 5) << example.id;
      EXPECT_LE(count_words(example.query), 20) << example.id;
    }
  }
}

TEST(SamplesTest, HotpotqaRecordsHaveThreeOrFourPassages) {
  for (const char* name : {"hotpotqa_train.json", "hotpotqa_heldout.json"}) {
    for (const Example& example : read_sample(DatasetFormat::hotpotqa, name)) {
      EXPECT_GE(example.passages.size(), 3U) << example.id;
      EXPECT_LE(example.passages.size(), 4U) << example.id;
    }
  }
}

}  // namespace
}  // namespace at2
