#include "text/gguf_tokenizer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "base/errors.h"
#include "text/small_vocabulary.h"
#include "text/tokenizer.h"

namespace at2 {
namespace {

using testing::ElementsAre;

std::vector<std::int64_t> ids(const std::string& pre, const std::string& text) {
  GgufVocabulary vocabulary = small_vocabulary();
  vocabulary.pre = pre;
  return Tokenizer::from_json(tokenizer_json(vocabulary)).encode(text).ids;
}

TEST(GgufTokenizerTest, PreTokenizersCutNumbersDifferently) {
  EXPECT_THAT(ids("smollm", "12"), ElementsAre(9, 10));
  EXPECT_THAT(ids("qwen2", "12"), ElementsAre(9, 10));
  EXPECT_THAT(ids("deepseek-r1-qwen", "12"), ElementsAre(9, 10));
  EXPECT_THAT(ids("llama-bpe", "1212"), ElementsAre(15, 9, 10)) << "groups of three";
  EXPECT_THAT(ids("gpt-2", "1212"), ElementsAre(15, 15));
  EXPECT_THAT(ids("default", "1212"), ElementsAre(15, 15));
  EXPECT_THAT(ids("", "1212"), ElementsAre(15, 15));
}

TEST(GgufTokenizerTest, QwenComposesCharactersAndOthersDoNot) {
  const std::string decomposed = "e\u0301";
  EXPECT_THAT(ids("qwen2", decomposed), ElementsAre(7, 8));
  EXPECT_THAT(ids("gpt-2", decomposed), testing::Contains(3));
}

TEST(GgufTokenizerTest, LlamaTakesWholeWordsBeforeMerges) {
  GgufVocabulary vocabulary = small_vocabulary();
  vocabulary.tokens.push_back("hello");
  vocabulary.token_types.push_back(1);
  const auto encode = [&](const std::string& pre) {
    vocabulary.pre = pre;
    return Tokenizer::from_json(tokenizer_json(vocabulary)).encode("hello").ids;
  };
  EXPECT_THAT(encode("llama-bpe"), ElementsAre(22));
  EXPECT_THAT(encode("gpt-2"), ElementsAre(13, 5));
}

struct Fault {
  std::string name;
  std::function<void(GgufVocabulary&)> plant;
  std::string message;
};

class GgufFaultTest : public testing::TestWithParam<Fault> {};

TEST_P(GgufFaultTest, IsRefusedWithItsReason) {
  GgufVocabulary vocabulary = small_vocabulary();
  GetParam().plant(vocabulary);
  EXPECT_THAT([&] { static_cast<void>(tokenizer_json(vocabulary)); },
              testing::ThrowsMessage<UserError>(testing::HasSubstr(GetParam().message)));
}

INSTANTIATE_TEST_SUITE_P(
    Vocabulary, GgufFaultTest,
    testing::Values(
        Fault{"Model", [](GgufVocabulary& v) { v.model = "llama"; }, "'llama' is not known"},
        Fault{"Pre", [](GgufVocabulary& v) { v.pre = "tekken"; }, "'tekken' is not known"},
        Fault{"NoTokens", [](GgufVocabulary& v) { v.tokens.clear(); }, "no vocabulary"},
        Fault{"NoMerges", [](GgufVocabulary& v) { v.merges.clear(); }, "no merges"},
        Fault{"Types", [](GgufVocabulary& v) { v.token_types.pop_back(); }, "22 tokens, but 21 token types"},
        Fault{"Twice", [](GgufVocabulary& v) { v.tokens[4] = "e"; }, "token 4 of the GGUF file is there twice"},
        Fault{"OneWord", [](GgufVocabulary& v) { v.merges[2] = "hell"; }, "merge 2"},
        Fault{"ThreeWords", [](GgufVocabulary& v) { v.merges[0] = "h e l"; }, "merge 0"},
        Fault{"Utf8", [](GgufVocabulary& v) { v.tokens[5] = "\xff"; }, "vocabulary is broken"}),
    [](const testing::TestParamInfo<Fault>& fault) { return fault.param.name; });

}  // namespace
}  // namespace at2
