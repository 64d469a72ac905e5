// Prompts, sources and targets of the smollm2 fixtures (tests/golden/NOTICE), from the text alone.
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "base/deps.h"
#include "data/prompt.h"
#include "data/prompt_template.h"
#include "model/pretrained.h"
#include "text/utf8.h"

namespace at2 {
namespace {

using nlohmann::json;

class PromptGoldenTest : public ::testing::Test {
 protected:
  PromptGoldenTest() : text_(load_model_text(default_model_path())), splitter_(punkt_dir()) {
    std::ifstream file(std::filesystem::path(AT2_GOLDEN_DIR) / "smollm2" / "examples.json");
    examples_ = json::parse(file)["examples"];
  }

  [[nodiscard]] static Example example_of(const json& entry) {
    const std::vector<std::string> passages = {entry["context"]};
    FilledPrompt filled =
        PromptTemplate("Context: {context}\n\nQuery: {query}").fill({passages, entry["query"].get<std::string>()});
    return {entry["name"], filled.content, filled.context, filled.passages, entry["query"], {}};
  }
  [[nodiscard]] Prompt prompt_of(const json& entry) const {
    return make_prompt(example_of(entry), text_.chat, text_.tokenizer, 8000);
  }

  ModelText text_;
  SentenceSplitter splitter_;
  json examples_;
};

TEST_F(PromptGoldenTest, RenderedPromptsAndTokensEqualTransformers) {
  ASSERT_EQ(examples_.size(), 4U);
  for (const json& entry : examples_) {
    const Prompt prompt = prompt_of(entry);
    EXPECT_EQ(prompt.text, entry["prompt"].get<std::string>());
    EXPECT_EQ(prompt.tokens, entry["prompt_ids"].get<std::vector<std::int64_t>>()) << entry["name"];
    const TokenRange wanted{entry["context_token_range"][0], entry["context_token_range"][1]};
    EXPECT_EQ(prompt.context_tokens, wanted);
    const CharRange context = CodePointOffsets(prompt.text).to_code_points(prompt.context);
    EXPECT_EQ(context.begin, entry["context_char_range_in_prompt"][0].get<std::int64_t>());
    EXPECT_EQ(context.end, entry["context_char_range_in_prompt"][1].get<std::int64_t>());
  }
}

TEST_F(PromptGoldenTest, SentenceSourcesEqualTheReference) {
  for (const json& entry : examples_) {
    const Prompt prompt = prompt_of(entry);
    const Sources sources = split_sources(example_of(entry), prompt, SourceKind::sentence, splitter_);
    const json& wanted = entry["sentence_source_token_ranges"];
    ASSERT_EQ(sources.tokens.size(), wanted.size()) << entry["name"];
    for (std::size_t s = 0; s < wanted.size(); ++s) {
      EXPECT_EQ(sources.tokens[s].begin, wanted[s][0].get<std::int64_t>());
      EXPECT_EQ(sources.tokens[s].end, wanted[s][1].get<std::int64_t>());
    }
    const Sources tokens = split_sources(example_of(entry), prompt, SourceKind::token, splitter_);
    EXPECT_EQ(std::ssize(tokens.tokens), entry["num_token_sources"].get<std::int64_t>());
  }
}

TEST_F(PromptGoldenTest, TargetsOfGeneratedTokensEqualTheReference) {
  for (const json& entry : examples_) {
    std::vector<std::int64_t> tokens = entry["generated_ids"];
    if (entry["generation_stopped_at_eos"].get<bool>()) tokens.pop_back();
    const Response response = decode_response(text_.tokenizer, tokens);
    EXPECT_EQ(response.text, entry["response"].get<std::string>());
    const Targets targets = split_targets(response, splitter_);
    const json& wanted = entry["target_sentence_token_ranges_in_response"];
    ASSERT_EQ(targets.tokens.size(), wanted.size());
    for (std::size_t g = 0; g < wanted.size(); ++g) {
      EXPECT_EQ(targets.tokens[g].begin, wanted[g][0].get<std::int64_t>());
      EXPECT_EQ(targets.tokens[g].end, wanted[g][1].get<std::int64_t>());
    }
  }
}

TEST_F(PromptGoldenTest, AGivenResponseHasTheTokensThatWereGenerated) {
  for (const json& entry : examples_) {
    std::vector<std::int64_t> tokens = entry["generated_ids"];
    if (entry["generation_stopped_at_eos"].get<bool>()) tokens.pop_back();
    const Response response = encode_response(text_.tokenizer, entry["response"]);
    EXPECT_EQ(response.tokens, tokens);
    EXPECT_EQ(response.token_chars, decode_response(text_.tokenizer, tokens).token_chars);
  }
}

}  // namespace
}  // namespace at2
