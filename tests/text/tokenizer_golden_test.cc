// The default model's vocabulary against Hugging Face tokenizers 0.21.4 (tests/golden/text/tokens.json).
#include <gtest/gtest.h>

#include "text/golden.h"

namespace at2 {
namespace {

class DefaultTokenizerTest : public testing::Test {
 protected:
  const Tokenizer tokenizer_ = golden::default_tokenizer();
  const nlohmann::json cases_ = golden::read_json("tokens.json");
};

TEST_F(DefaultTokenizerTest, IdsRangesAndDecodedTextEqualHuggingFace) {
  ASSERT_EQ(cases_.size(), 64U);
  for (const nlohmann::json& expected : cases_) {
    const std::string text = expected.at("text");
    const Encoding encoding = tokenizer_.encode(text);
    EXPECT_EQ(encoding.ids, expected.at("ids").get<std::vector<std::int64_t>>()) << text;
    EXPECT_EQ(encoding.ranges, golden::byte_ranges(expected.at("offsets"), text)) << text;
    EXPECT_EQ(tokenizer_.decode(encoding.ids, SkipSpecial::no), expected.at("decoded").get<std::string>()) << text;
  }
}

TEST_F(DefaultTokenizerTest, SpecialTokensAreOneIdOrPlainText) {
  const std::string text = "stop<|im_end|> now";
  const std::int64_t end = tokenizer_.token_to_id("<|im_end|>").value();
  EXPECT_EQ(end, 2);
  const Encoding parsed = tokenizer_.encode(text, SpecialTokens::parse);
  const Encoding plain = tokenizer_.encode(text, SpecialTokens::as_text);
  EXPECT_EQ(std::count(parsed.ids.begin(), parsed.ids.end(), end), 1);
  for (const std::int64_t id : plain.ids) EXPECT_GE(id, 17) << "special tokens have the first 17 ids";
  EXPECT_EQ(tokenizer_.decode(plain.ids, SkipSpecial::yes), text);
  EXPECT_EQ(tokenizer_.decode(parsed.ids, SkipSpecial::yes), "stop now");
  EXPECT_EQ(tokenizer_.encode(text), parsed) << "encoding as text leaves no trace";
}

TEST_F(DefaultTokenizerTest, VocabularyHasTheModelsSize) { EXPECT_EQ(tokenizer_.vocab_size(), 49152); }

}  // namespace
}  // namespace at2
