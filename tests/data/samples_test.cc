// The samples that the project ships are what data/README.md says.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "base/deps.h"
#include "data/readers.h"
#include "data/thought.h"

namespace at2 {
namespace {

std::vector<Example> read_sample(DatasetFormat format, const std::string& name, const ReadRules& rules = {}) {
  DatasetOptions options;
  options.format = format;
  options.path = (std::filesystem::path(AT2_SOURCE_DIR) / "data/samples" / name).string();
  ReadReport report;
  auto examples = read_examples(options, rules, report);
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

TEST(SamplesTest, ThoughtRecordsThinkInSeveralSentencesAndAnswerInTwoOrThree) {
  const SentenceSplitter splitter(punkt_dir());
  std::set<std::string> questions;
  for (const auto& [name, count, with_context] :
       {std::tuple("thoughts_train.jsonl", 16U, 12), std::tuple("thoughts_heldout.jsonl", 8U, 6)}) {
    const auto examples = read_sample(DatasetFormat::jsonl, name, {.without_context = WithoutContext::keep});
    EXPECT_EQ(examples.size(), count);
    EXPECT_EQ(std::count_if(examples.begin(), examples.end(), [](const Example& e) { return e.context.size() > 0; }),
              with_context);
    for (const Example& example : examples) {
      EXPECT_TRUE(questions.insert(example.query).second) << example.query;
      Response response;
      response.text = example.response.value();
      // One token for each byte.
      for (std::int64_t byte = 0; byte < std::ssize(response.text); ++byte) {
        response.tokens.push_back(byte);
        response.token_chars.push_back({byte, byte + 1});
      }
      const Thought thought = find_thought(example, {}, response, ResponseEnd::reached);
      const auto sentences = split_thought_sources({}, response, thought, SourceKind::sentence, splitter).chars.size();
      EXPECT_GE(sentences, 4U) << example.id;
      EXPECT_LE(sentences, 8U) << example.id;
      const auto targets = split_answer(response, thought, splitter).chars.size();
      EXPECT_GE(targets, 2U) << example.id;
      EXPECT_LE(targets, 3U) << example.id;
    }
  }
}

}  // namespace
}  // namespace at2
