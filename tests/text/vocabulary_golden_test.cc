// Vocabularies of other models, cut down to what the texts reach, against Hugging Face tokenizers 0.21.4
// (tools/make_tokenizer_goldens.py). The first 46 texts are llama.cpp's test vectors; where its ids were others than
// those of `tokenizers`, a case would have them as "llama_cpp".
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "text/golden.h"

namespace at2 {
namespace {

constexpr std::size_t kNumVectors = 46;
constexpr std::size_t kNumTexts = kNumVectors + 64;

using Ids = std::vector<std::int64_t>;

/// A cut GGUF file numbers its tokens anew; these are the ids in the full vocabulary.
Ids renumbered(const Ids& ids, const Ids& full_ids) {
  Ids full;
  for (const std::int64_t id : ids) full.push_back(full_ids.at(static_cast<std::size_t>(id)));
  return full;
}

Tokenizer tokenizer_with_rules(const std::string& gguf, const std::string& pre) {
  GgufVocabulary vocabulary = gguf_vocabulary(GgufFile(golden::path_of(gguf)));
  vocabulary.pre = pre;
  return Tokenizer::from_json(tokenizer_json(vocabulary));
}

/// Ids, ranges and decoded text of all cases; `full_ids` is empty where the ids are the full vocabulary's.
void expect_cases(const Tokenizer& tokenizer, const nlohmann::json& cases, const Ids& full_ids = {}) {
  ASSERT_EQ(cases.size(), kNumTexts);
  for (const nlohmann::json& expected : cases) {
    const std::string text = expected.at("text");
    const Encoding encoding = tokenizer.encode(text);
    const Ids ids = full_ids.empty() ? encoding.ids : renumbered(encoding.ids, full_ids);
    EXPECT_EQ(ids, expected.at("ids").get<Ids>()) << text;
    EXPECT_EQ(encoding.ranges, golden::byte_ranges(expected.at("offsets"), text)) << text;
    EXPECT_EQ(tokenizer.decode(encoding.ids, SkipSpecial::no), expected.at("decoded").get<std::string>()) << text;
  }
}

class VocabularyTest : public testing::TestWithParam<std::string> {
 protected:
  const nlohmann::json golden_ = golden::read_json(GetParam() + ".tokens.json");
};

TEST_P(VocabularyTest, GgufFileGivesTheTokensOfHuggingFace) {
  const Tokenizer tokenizer =
      Tokenizer::from_json(tokenizer_json(gguf_vocabulary(GgufFile(golden::path_of(GetParam() + ".gguf")))));
  expect_cases(tokenizer, golden_.at("cases"), golden_.at("full_ids").get<Ids>());
}

TEST_P(VocabularyTest, LlamaCppAgreesOnItsVectors) {
  for (const nlohmann::json& expected : golden_.at("cases")) EXPECT_FALSE(expected.contains("llama_cpp"));
}

INSTANTIATE_TEST_SUITE_P(Models, VocabularyTest, testing::Values("gpt-2", "phi-3", "qwen2"),
                         [](const testing::TestParamInfo<std::string>& name) {
                           return name.param == "gpt-2" ? "Gpt2" : name.param == "phi-3" ? "Phi3" : "Qwen2";
                         });

class TokenizerFileTest : public testing::TestWithParam<std::string> {
 protected:
  const Tokenizer tokenizer_ = Tokenizer::from_file(golden::path_of(GetParam() + ".tokenizer.json"));
  const nlohmann::json golden_ = golden::read_json(GetParam() + ".tokens.json");
};

TEST_P(TokenizerFileTest, GivesTheTokensOfHuggingFace) { expect_cases(tokenizer_, golden_.at("cases")); }

TEST_P(TokenizerFileTest, AUsersSpecialTokensAreTextAndThoseAroundThemAreNot) {
  ASSERT_EQ(golden_.at("around").size(), 6U);
  for (const nlohmann::json& expected : golden_.at("around")) {
    const std::string text = expected.at("text");
    const CharRange plain = CodePointOffsets(text).to_bytes(golden::range(expected.at("plain")));
    const Encoding encoding = tokenizer_.encode(text, plain);
    EXPECT_EQ(encoding.ids, expected.at("ids").get<Ids>()) << text;
    EXPECT_EQ(encoding.ranges, golden::byte_ranges(expected.at("offsets"), text)) << text;
  }
}

INSTANTIATE_TEST_SUITE_P(Models, TokenizerFileTest, testing::Values("phi-3", "qwen2"),
                         [](const testing::TestParamInfo<std::string>& name) {
                           return name.param == "phi-3" ? "Phi3" : "Qwen2";
                         });

TEST(PreTokenizerGoldenTest, DeepSeekCutsAsQwenDoes) {
  const nlohmann::json golden_file = golden::read_json("qwen2.tokens.json");
  expect_cases(tokenizer_with_rules("qwen2.gguf", "deepseek-r1-qwen"), golden_file.at("cases"),
               golden_file.at("full_ids").get<Ids>());
}

TEST(PreTokenizerGoldenTest, RulesOfOtherModelsOnTheVocabularyOfGpt2) {
  const nlohmann::json golden_file = golden::read_json("gpt-2.tokens.json");
  const Ids full_ids = golden_file.at("full_ids");
  ASSERT_EQ(golden_file.at("other_rules").size(), 2U);
  const std::map<std::string, std::string> same_rules = {
      {"llama-bpe", "llama-bpe"}, {"llama3", "llama-bpe"}, {"llama-v3", "llama-bpe"}, {"qwen2", "qwen2"}};
  for (const auto& [pre, rules] : same_rules) {
    const Tokenizer tokenizer = tokenizer_with_rules("gpt-2.gguf", pre);
    const nlohmann::json& expected = golden_file.at("other_rules").at(rules);
    ASSERT_EQ(expected.size(), kNumTexts);
    for (std::size_t i = 0; i < kNumTexts; ++i) {
      const std::string text = golden_file.at("cases")[i].at("text");
      EXPECT_EQ(renumbered(tokenizer.encode(text).ids, full_ids), expected[i].get<Ids>()) << pre << ": " << text;
    }
  }
}

/// Full vocabularies in a folder of the user's, which need not have a free licence: NAME.json (a tokenizer.json) or
/// ggml-vocab-NAME.gguf.
class FullVocabularyTest : public testing::TestWithParam<std::pair<std::string, std::string>> {};

TEST_P(FullVocabularyTest, GivesTheTokensOfHuggingFace) {
  const char* const folder = std::getenv("AT2_TOKENIZER_DIR");
  if (folder == nullptr) GTEST_SKIP() << "set AT2_TOKENIZER_DIR to a folder with full vocabularies";
  const auto& [name, golden_name] = GetParam();
  const std::filesystem::path json = std::filesystem::path(folder) / (name + ".json");
  const std::filesystem::path gguf = std::filesystem::path(folder) / ("ggml-vocab-" + name + ".gguf");
  const nlohmann::json golden_file = golden::read_json(golden_name + ".tokens.json");
  if (!exists(json) && !exists(gguf)) GTEST_SKIP() << "neither " << json << " nor " << gguf;
  if (exists(json)) expect_cases(Tokenizer::from_file(json), golden_file.at("cases"));
  if (exists(gguf)) {
    nlohmann::json cases = golden_file.at("cases");
    // Llama-2's vocabulary is Phi-3's without Phi-3's special tokens, which are text to it.
    if (name == "llama-spm") cases.erase(cases.begin() + kNumVectors, cases.end());
    const Tokenizer tokenizer = Tokenizer::from_json(tokenizer_json(gguf_vocabulary(GgufFile(gguf))));
    for (const nlohmann::json& expected : cases) {
      const std::string text = expected.at("text");
      const Encoding encoding = tokenizer.encode(text);
      EXPECT_EQ(encoding.ids, expected.at("ids").get<Ids>()) << text;
      EXPECT_EQ(encoding.ranges, golden::byte_ranges(expected.at("offsets"), text)) << text;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Models, FullVocabularyTest,
                         testing::Values(std::pair{"llama-bpe", "llama-bpe"}, std::pair{"qwen2", "qwen2"},
                                         std::pair{"gpt-2", "gpt-2"}, std::pair{"phi-3", "phi-3"},
                                         std::pair{"llama-spm", "phi-3"}),
                         [](const auto& names) {
                           std::string name = names.param.first;
                           std::erase(name, '-');
                           return name;
                         });

}  // namespace
}  // namespace at2
