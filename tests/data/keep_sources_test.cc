#include "data/keep_sources.h"

#include <gtest/gtest.h>

#include "base/deps.h"
#include "checkpoint/gguf.h"
#include "data/prompt_template.h"
#include "text/golden.h"

namespace at2 {
namespace {

constexpr std::int64_t kLong = 10000;

class KeepSourcesTest : public ::testing::Test {
 protected:
  /// The example's content with these sources alone.
  std::string kept(const Example& example, SourceKind kind, const std::vector<std::int64_t>& kept) const {
    return pruned(example, kind, kept).content;
  }
  Example pruned(const Example& example, SourceKind kind, const std::vector<std::int64_t>& kept) const {
    const Prompt prompt = make_prompt(example, chat_, tokenizer_, kLong);
    return keep_sources(example, prompt, split_sources(example, prompt, kind, splitter_), kept);
  }
  static Example example_of(const std::string& text, const std::vector<std::string>& passages) {
    FilledPrompt filled = PromptTemplate(text).fill({passages, "Why?"});
    return {"e", filled.content, filled.context, filled.passages, "Why?", "because", {}, {0}};
  }

  const Tokenizer tokenizer_ = golden::default_tokenizer();
  const ChatFormat chat_ = load_chat_format(GgufFile(default_model_path()));
  const SentenceSplitter splitter_{punkt_dir()};
};

TEST_F(KeepSourcesTest, KeptPassagesStandAsIfTheRecordHadNoOthers) {
  const std::vector<std::string> all = {"One\nfirst. More.", "Two", "Three is it.", "Four"};
  const std::string text = "Passages:\n\n{passages}\n\nQuery: {query}\n";
  const Example example = example_of(text, all);
  for (const std::vector<std::int64_t>& kept : {std::vector<std::int64_t>{0}, {3}, {1, 2}, {0, 3}, {0, 1, 2, 3}}) {
    std::vector<std::string> some;
    for (const std::int64_t i : kept) some.push_back(all[static_cast<std::size_t>(i)]);
    const Example expected = example_of(text, some);
    const Example found = pruned(example, SourceKind::passage, kept);
    EXPECT_EQ(found.content, expected.content);
    EXPECT_EQ(found.context, expected.context);
    EXPECT_EQ(found.answer, "because");
  }
}

TEST_F(KeepSourcesTest, SentencesKeepWhatStoodBeforeThem) {
  const Example example = example_of("{context}|{query}", {"First one.  Second one.\nThird one. Fourth one."});
  EXPECT_EQ(kept(example, SourceKind::sentence, {0, 1}), "First one.  Second one.|Why?");
  EXPECT_EQ(kept(example, SourceKind::sentence, {0, 2}), "First one.\nThird one.|Why?");
  EXPECT_EQ(kept(example, SourceKind::sentence, {1, 3}), "Second one. Fourth one.|Why?");
  EXPECT_EQ(kept(example, SourceKind::paragraph, {1}), "Third one. Fourth one.|Why?");
}

TEST_F(KeepSourcesTest, AllSourcesAreTheExampleItself) {
  const Example example = example_of("{query} {context}", {" Not at the border. Of the context. "});
  EXPECT_EQ(pruned(example, SourceKind::sentence, {0, 1}), example);
  EXPECT_EQ(kept(example, SourceKind::sentence, {1}), "Why? Of the context.");
}

TEST_F(KeepSourcesTest, SpaceThatTheChatTemplateTakesOffTheContextIsNoMatter) {
  const Example example = example_of("{context}\n{query}", {"\n  Leading. And more."});
  EXPECT_EQ(kept(example, SourceKind::sentence, {1}), "And more.\nWhy?");
}

}  // namespace
}  // namespace at2
