// From records to prompts, tokens, sources and targets, as the reference AT2 has them
// (tests/golden/text/examples.json).
#include <gtest/gtest.h>

#include "text/golden.h"
#include "text/ranges.h"
#include "text/sentences.h"

namespace at2 {
namespace {

class ExamplesGoldenTest : public testing::Test {
 protected:
  const Tokenizer tokenizer_ = golden::default_tokenizer();
  const ChatFormat format_ = load_chat_format(GgufFile(default_model_path()));
  const SentenceSplitter splitter_{punkt_dir()};
  const nlohmann::json examples_ = golden::read_json("examples.json");

  std::string prompt(const nlohmann::json& example) const {
    const std::vector<Message> messages = {{"user", example.at("user_content")}};
    return format_.chat_template.render(messages, format_.tokens, GenerationPrompt::yes);
  }
};

TEST_F(ExamplesGoldenTest, PromptAndItsTokensEqualTheReference) {
  ASSERT_EQ(examples_.size(), 4U);
  for (const nlohmann::json& example : examples_) {
    const std::string text = prompt(example);
    EXPECT_EQ(text, example.at("prompt").get<std::string>());
    const Encoding encoding = tokenizer_.encode(text);
    EXPECT_EQ(encoding.ids, example.at("prompt_ids").get<std::vector<std::int64_t>>());
    EXPECT_EQ(encoding.ranges, golden::byte_ranges(example.at("prompt_token_offsets"), text));
  }
}

TEST_F(ExamplesGoldenTest, SentenceSourcesAreTheReferencesTokens) {
  for (const nlohmann::json& example : examples_) {
    const std::string text = prompt(example);
    const Encoding encoding = tokenizer_.encode(text);
    const std::string context_text = example.at("context");
    const std::int64_t begin = static_cast<std::int64_t>(text.find(context_text));
    const CharRange context{begin, begin + static_cast<std::int64_t>(context_text.size())};
    EXPECT_EQ(tokens_of(encoding.ranges, context), golden::token_range(example.at("context_token_range")));
    std::vector<CharRange> sources = splitter_.split(context_text);
    const nlohmann::json& expected = example.at("sentence_source_token_ranges");
    ASSERT_EQ(sources.size(), expected.size());
    for (std::size_t s = 0; s < sources.size(); ++s) {
      const CharRange source{begin + sources[s].begin, begin + sources[s].end};
      EXPECT_EQ(tokens_of(encoding.ranges, source), golden::token_range(expected[s]));
      EXPECT_EQ(CodePointOffsets(text).to_code_points(source),
                golden::range(example.at("sentence_source_char_spans_in_prompt")[s]));
    }
  }
}

TEST_F(ExamplesGoldenTest, ResponseSentencesAreTheReferencesTargets) {
  for (const nlohmann::json& example : examples_) {
    const auto ids = example.at("generated_ids").get<std::vector<std::int64_t>>();
    EXPECT_EQ(tokenizer_.decode(ids, SkipSpecial::no), example.at("generated_text").get<std::string>());
    const std::string response = example.at("response");
    EXPECT_EQ(tokenizer_.decode(ids, SkipSpecial::yes), response);
    const std::vector<CharRange> sentences = splitter_.split(response);
    EXPECT_EQ(sentences, golden::byte_ranges(example.at("target_sentence_char_spans_in_response"), response));
    const Encoding encoding = tokenizer_.encode(response);
    const nlohmann::json& expected = example.at("target_sentence_token_ranges_in_response");
    ASSERT_EQ(sentences.size(), expected.size());
    for (std::size_t g = 0; g < sentences.size(); ++g) {
      EXPECT_EQ(tokens_of(encoding.ranges, sentences[g]), golden::token_range(expected[g]));
    }
  }
}

}  // namespace
}  // namespace at2
