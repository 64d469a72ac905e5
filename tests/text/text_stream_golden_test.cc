// Text of tokens as they come, with the default model's tokenizer.
#include "text/text_stream.h"

#include <gtest/gtest.h>

#include "text/golden.h"
#include "text/utf8.h"

namespace at2 {
namespace {

class TextStreamTest : public ::testing::Test {
 protected:
  /// All pieces, each of which must be whole characters.
  [[nodiscard]] std::string streamed(const std::vector<std::int64_t>& tokens) const {
    TextStream stream(tokenizer_);
    std::string text;
    for (const std::int64_t token : tokens) {
      const std::string piece = stream.push(token);
      EXPECT_FALSE(find_invalid_utf8(piece)) << text;
      text += piece;
    }
    return text + stream.finish();
  }
  const Tokenizer tokenizer_ = golden::default_tokenizer();
};

TEST_F(TextStreamTest, ThePiecesAreTheWholeText) {
  std::string text =
      "The caf\u00e9 \u201cSete Mares\u201d \U0001F600\U0001F468\u200D\U0001F469 \u6771\u4eac  two  blanks\n\n";
  for (int i = 0; i < 4; ++i) text += text;
  EXPECT_EQ(streamed(tokenizer_.encode(text).ids), text);
}

TEST_F(TextStreamTest, ACharacterOfSeveralTokensComesWhenItIsWhole) {
  const std::vector<std::int64_t> tokens = tokenizer_.encode("\U0001F9FF").ids;
  ASSERT_GT(tokens.size(), 1U);
  TextStream stream(tokenizer_);
  for (std::size_t i = 0; i + 1 < tokens.size(); ++i) EXPECT_EQ(stream.push(tokens[i]), "");
  EXPECT_EQ(stream.push(tokens.back()), "\U0001F9FF");
}

TEST_F(TextStreamTest, WhatNeverBecomesACharacterIsReplacedAtTheEnd) {
  std::vector<std::int64_t> tokens = tokenizer_.encode("a\U0001F9FF").ids;
  tokens.pop_back();
  EXPECT_EQ(streamed(tokens), tokenizer_.decode(tokens, SkipSpecial::no));
}

}  // namespace
}  // namespace at2
