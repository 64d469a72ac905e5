#include "text/gguf_tokenizer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
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

TEST(GgufTokenizerTest, PhiFourAndGpt4oBeginWordsAtCapitalsAndKeepContractions) {
  // Cuts of the published pattern: "he" cannot join "llO", and "'s" stays with its word.
  GgufVocabulary vocabulary = small_vocabulary();
  vocabulary.pre = "gpt-4o";
  vocabulary.tokens.insert(vocabulary.tokens.end(), {"H", "oH"});
  vocabulary.token_types.insert(vocabulary.token_types.end(), {1, 1});
  vocabulary.merges.push_back("o H");
  EXPECT_THAT(Tokenizer::from_json(tokenizer_json(vocabulary)).encode("hoHo").ids, ElementsAre(2, 5, 22, 5));
  vocabulary.pre = "gpt-2";
  EXPECT_THAT(Tokenizer::from_json(tokenizer_json(vocabulary)).encode("hoHo").ids, ElementsAre(2, 23, 5));
  vocabulary.pre = "gpt-4o";
  EXPECT_THAT(Tokenizer::from_json(tokenizer_json(vocabulary)).encode("1212").ids, ElementsAre(15, 9, 10));
}

TEST(SentencePieceTest, BuildsTheTokenWithTheHighestScoreFirst) {
  const Tokenizer tokenizer = Tokenizer::from_json(tokenizer_json(small_sentence_piece()));
  const Encoding encoding = tokenizer.encode("One. Two.");
  EXPECT_THAT(encoding.ids, ElementsAre(12, 13, 15, 10, 11, 8));
  EXPECT_THAT(encoding.ranges, ElementsAre(CharRange{0, 1}, CharRange{1, 3}, CharRange{3, 6}, CharRange{6, 7},
                                           CharRange{7, 8}, CharRange{8, 9}));
  EXPECT_EQ(tokenizer.decode(encoding.ids, SkipSpecial::no), "One. Two.");
}

TEST(SentencePieceTest, ASpaceGoesBeforeTheTextAndAfterSpecialTokensUnlessTheFileSaysNo) {
  GgufVocabulary vocabulary = small_sentence_piece();
  EXPECT_THAT(Tokenizer::from_json(tokenizer_json(vocabulary)).encode("O<s>O").ids, ElementsAre(12, 1, 12));
  vocabulary.add_space_prefix = false;
  const Tokenizer bare = Tokenizer::from_json(tokenizer_json(vocabulary));
  EXPECT_THAT(bare.encode("O<s> O").ids, ElementsAre(5, 1, 12));
  EXPECT_EQ(bare.decode(std::vector<std::int64_t>{12}, SkipSpecial::no), " O");
}

TEST(SentencePieceTest, UserDefinedTokensAreFoundInTheTextItself) {
  GgufVocabulary vocabulary = small_sentence_piece();
  vocabulary.add_space_prefix = false;
  const Tokenizer tokenizer = Tokenizer::from_json(tokenizer_json(vocabulary));
  EXPECT_THAT(tokenizer.encode("n<note>   O").ids, ElementsAre(6, 2, 3, 5));
  EXPECT_THAT(tokenizer.encode("<note>", SpecialTokens::as_text).ids, ElementsAre(2)) << "not special";
  EXPECT_EQ(tokenizer.decode(std::vector<std::int64_t>{2, 3}, SkipSpecial::yes), "<note>   ");
}

TEST(SentencePieceTest, UnknownCharactersAreTheUnknownTokenAndItsSpellingIsSpecial) {
  const Tokenizer tokenizer = Tokenizer::from_json(tokenizer_json(small_sentence_piece()));
  EXPECT_THAT(tokenizer.encode("nxyn").ids, ElementsAre(4, 6, 0, 6)) << "neighbours are one";
  EXPECT_THAT(tokenizer.encode("<unk>").ids, ElementsAre(0));
  EXPECT_THAT(tokenizer.encode("<unk>", CharRange{0, 5}).ids, testing::Contains(6)) << "as text";
}

TEST(SentencePieceTest, OnlyPhi3sTokensSwallowTheSpaceAfterThem) {
  GgufVocabulary vocabulary = small_sentence_piece();
  vocabulary.tokens[2] = "</s>";
  EXPECT_THAT(Tokenizer::from_json(tokenizer_json(vocabulary)).encode("</s> O").ids, ElementsAre(2, 4, 12));
  vocabulary.architecture = "phi3";
  const Tokenizer phi = Tokenizer::from_json(tokenizer_json(vocabulary));
  EXPECT_THAT(phi.encode("</s> O").ids, ElementsAre(2, 12));
  EXPECT_THAT(phi.encode("<s> O").ids, ElementsAre(1, 4, 12));
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
        Fault{"Model", [](GgufVocabulary& v) { v.model = "t5"; }, "'t5' is not known"},
        Fault{"Scores", [](GgufVocabulary& v) { v.model = "llama"; }, "22 tokens, but 0 scores"},
        Fault{"Pre", [](GgufVocabulary& v) { v.pre = "tekken"; }, "'tekken' is not known"},
        Fault{"NoTokens", [](GgufVocabulary& v) { v.tokens.clear(); }, "no vocabulary"},
        Fault{"NoMerges", [](GgufVocabulary& v) { v.merges.clear(); }, "no merges"},
        Fault{"Types", [](GgufVocabulary& v) { v.token_types.pop_back(); }, "22 tokens, but 21 token types"},
        Fault{"Twice", [](GgufVocabulary& v) { v.tokens[4] = "e"; }, "token 4 of the GGUF file is there twice"},
        Fault{"OneWord", [](GgufVocabulary& v) { v.merges[2] = "hell"; }, "merge 2"},
        Fault{"ThreeWords", [](GgufVocabulary& v) { v.merges[0] = "h e l"; }, "merge 0"},
        Fault{"Utf8", [](GgufVocabulary& v) { v.tokens[5] = "\xff"; }, "vocabulary is broken"}),
    [](const testing::TestParamInfo<Fault>& fault) { return fault.param.name; });

class SentencePieceFaultTest : public testing::TestWithParam<Fault> {};

TEST_P(SentencePieceFaultTest, IsRefusedWithItsReason) {
  GgufVocabulary vocabulary = small_sentence_piece();
  GetParam().plant(vocabulary);
  EXPECT_THAT([&] { static_cast<void>(tokenizer_json(vocabulary)); },
              testing::ThrowsMessage<UserError>(testing::HasSubstr(GetParam().message)));
}

INSTANTIATE_TEST_SUITE_P(
    Vocabulary, SentencePieceFaultTest,
    testing::Values(Fault{"Score", [](GgufVocabulary& v) { v.scores[7] = std::nan(""); },
                          "score of token 7 is not finite"},
                    Fault{"Bytes", [](GgufVocabulary& v) { v.token_types[5] = 6; }, "1 byte tokens instead of 256"},
                    Fault{"Unknown", [](GgufVocabulary& v) { v.unknown_id = 16; }, "unknown_token_id is 16"},
                    Fault{"NoUnknown", [](GgufVocabulary& v) { v.unknown_id.reset(); }, "neither byte tokens nor"},
                    Fault{"SpacesTwice", [](GgufVocabulary& v) { v.tokens[2] = "   "; }, "there twice"}),
    [](const testing::TestParamInfo<Fault>& fault) { return fault.param.name; });

}  // namespace
}  // namespace at2
