#include "text/tokenizer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>

#include "base/errors.h"
#include "text/rust.h"
#include "text/small_vocabulary.h"

namespace at2 {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

class TokenizerTest : public testing::Test {
 protected:
  const Tokenizer tokenizer_ = Tokenizer::from_json(tokenizer_json(small_vocabulary()));
};

TEST_F(TokenizerTest, MergesAreAppliedByRankAndRangesAreBytes) {
  const Encoding encoding = tokenizer_.encode("hello ho");
  EXPECT_THAT(encoding.ids, ElementsAre(13, 5, 14, 5));
  EXPECT_THAT(encoding.ranges, ElementsAre(CharRange{0, 4}, CharRange{4, 5}, CharRange{5, 7}, CharRange{7, 8}));
  EXPECT_THAT(tokenizer_.encode(" hello").ids, ElementsAre(6, 13, 5)) << "'h e' comes before 'space h'";
}

TEST_F(TokenizerTest, TokensOfACutCharacterAllHaveItsRange) {
  const Encoding encoding = tokenizer_.encode("h\u00e9l");
  EXPECT_THAT(encoding.ids, ElementsAre(2, 7, 8, 4));
  EXPECT_THAT(encoding.ranges, ElementsAre(CharRange{0, 1}, CharRange{1, 3}, CharRange{1, 3}, CharRange{3, 4}));
}

TEST_F(TokenizerTest, EmptyTextHasNoTokens) {
  EXPECT_EQ(tokenizer_.encode(""), Encoding());
  EXPECT_EQ(tokenizer_.decode({}, SkipSpecial::no), "");
}

TEST_F(TokenizerTest, SpecialTokensAreParsedOrTakenAsText) {
  EXPECT_THAT(tokenizer_.encode("h<|end|>").ids, ElementsAre(2, 0));
  EXPECT_THAT(tokenizer_.encode("h<|end|>", SpecialTokens::as_text).ids, ElementsAre(2, 16, 17, 3, 19, 20, 17, 18));
  EXPECT_THAT(tokenizer_.encode("h<|end|>").ids, ElementsAre(2, 0)) << "as before";
}

TEST_F(TokenizerTest, DecodingSkipsOrShowsSpecialTokensButAlwaysShowsAddedOnes) {
  const std::vector<std::int64_t> ids = {13, 5, 0, 1};
  EXPECT_EQ(tokenizer_.decode(ids, SkipSpecial::no), "hello<|end|><note>");
  EXPECT_EQ(tokenizer_.decode(ids, SkipSpecial::yes), "hello<note>");
}

TEST_F(TokenizerTest, IdsOutsideTheVocabularyGiveNoTextAndNegativeOnesAreRefused) {
  EXPECT_EQ(tokenizer_.decode(std::vector<std::int64_t>{2, 1000}, SkipSpecial::no), "h");
  EXPECT_THAT([&] { static_cast<void>(tokenizer_.decode(std::vector<std::int64_t>{-1}, SkipSpecial::no)); },
              ThrowsMessage<UserError>(HasSubstr("-1 is not a token id")));
}

TEST_F(TokenizerTest, TokensAreFoundByTheirSpelling) {
  EXPECT_EQ(tokenizer_.token_to_id("<|end|>"), 0);
  EXPECT_EQ(tokenizer_.token_to_id("\u0120h"), 14);
  EXPECT_EQ(tokenizer_.token_to_id("absent"), std::nullopt);
  EXPECT_EQ(tokenizer_.vocab_size(), 22);
}

TEST_F(TokenizerTest, MalformedUtf8IsAnError) {
  EXPECT_THAT([&] { static_cast<void>(tokenizer_.encode("h\xff")); },
              ThrowsMessage<UserError>(HasSubstr("from index 1")));
}

TEST_F(TokenizerTest, MovedTokenizerWorks) {
  Tokenizer first = Tokenizer::from_json(tokenizer_json(small_vocabulary()));
  const Tokenizer second = std::move(first);
  EXPECT_THAT(second.encode("h").ids, ElementsAre(2));
}

TEST_F(TokenizerTest, ThreadsMayMixBothTreatmentsOfSpecialTokens) {
  const auto encode_many = [&](SpecialTokens special, std::size_t expected) {
    for (int i = 0; i < 500; ++i) ASSERT_EQ(tokenizer_.encode("<|end|>", special).ids.size(), expected);
  };
  std::thread as_text(encode_many, SpecialTokens::as_text, 7);
  encode_many(SpecialTokens::parse, 1);
  as_text.join();
}

TEST_F(TokenizerTest, SpecialTokensOutsideTheUsersWordsAreParsed) {
  const std::string text = "h<|end|>l<|end|>o<|end|>";
  const Encoding encoding = tokenizer_.encode(text, CharRange{8, 17});
  EXPECT_THAT(encoding.ids, ElementsAre(2, 0, 4, 16, 17, 3, 19, 20, 17, 18, 5, 0));
  EXPECT_EQ(encoding.ranges[3], (CharRange{9, 10}));
  EXPECT_EQ(encoding.ranges.back(), (CharRange{17, 24}));
  EXPECT_THAT(tokenizer_.encode(text, CharRange{0, 24}), tokenizer_.encode(text, SpecialTokens::as_text));
  EXPECT_THAT(tokenizer_.encode(text, CharRange{8, 9}), tokenizer_.encode(text)) << "none in the user's words";
  EXPECT_THAT(tokenizer_.encode(text, CharRange{9, 9}), tokenizer_.encode(text)) << "no words";
}

TEST_F(TokenizerTest, ASpecialTokenHalfOfTheUsersWordsIsText) {
  EXPECT_EQ(tokenizer_.encode("<|end|>", CharRange{0, 2}), tokenizer_.encode("<|end|>", SpecialTokens::as_text));
  EXPECT_EQ(tokenizer_.encode("<|end|>", CharRange{6, 7}), tokenizer_.encode("<|end|>", SpecialTokens::as_text));
}

TEST_F(TokenizerTest, AddedTokensThatAreNotSpecialAreWordsInTheUsersText) {
  EXPECT_THAT(tokenizer_.encode("<note>", CharRange{0, 6}).ids, ElementsAre(1));
}

TEST_F(TokenizerTest, UsersWordsThatAreNoPartOfTheTextAreAnError) {
  for (const CharRange bad : {CharRange{2, 1}, CharRange{0, 4}, CharRange{2, 3}, CharRange{-1, 1}}) {
    EXPECT_THAT([&] { static_cast<void>(tokenizer_.encode("h\u00e9", bad)); },
                ThrowsMessage<UserError>(HasSubstr("no part of the text")));
  }
}

TEST(MetaspaceTest, OnlyTheBeginningOfTheTextGetsASpaceAlsoAroundTheUsersWords) {
  nlohmann::json json = nlohmann::json::parse(tokenizer_json(small_sentence_piece()));
  json["normalizer"] = nullptr;
  const nlohmann::json metaspace = {
      {"type", "Metaspace"}, {"replacement", "\u2581"}, {"prepend_scheme", "first"}, {"split", false}};
  json["pre_tokenizer"] = {{"type", "Sequence"}, {"pretokenizers", nlohmann::json::array({metaspace})}};
  const Tokenizer tokenizer = Tokenizer::from_json(json.dump());
  ASSERT_THAT(tokenizer.encode("<s>O<s>O").ids, ElementsAre(1, 5, 1, 5));
  ASSERT_THAT(tokenizer.encode("O<s>O").ids, ElementsAre(12, 1, 5));
  EXPECT_THAT(tokenizer.encode("<s>O<s>O", CharRange{3, 8}).ids, ElementsAre(1, 5, 0, 5));
  EXPECT_THAT(tokenizer.encode("O<s>O<s>O", CharRange{0, 5}).ids, ElementsAre(12, 0, 5, 1, 5));
  EXPECT_THAT(tokenizer.encode("O<s>O").ids, ElementsAre(12, 1, 5)) << "as before";
}

TEST(TokenizerErrorTest, BrokenJsonNamesFileAndPlace) {
  const std::filesystem::path path = testing::TempDir() + "broken_tokenizer.json";
  std::ofstream(path) << "{\"model\":\n nonsense}";
  EXPECT_THAT([&] { static_cast<void>(Tokenizer::from_file(path)); },
              ThrowsMessage<UserError>(testing::AllOf(HasSubstr(path.string()), HasSubstr("line 2"))));
  EXPECT_THROW(static_cast<void>(Tokenizer::from_json("")), UserError);
  EXPECT_THROW(static_cast<void>(Tokenizer::from_json("{}")), UserError);
  EXPECT_THROW(static_cast<void>(Tokenizer::from_file("/nowhere/tokenizer.json")), UserError);
}

TEST(RustLibraryTest, APanicComesBackAsAnErrorAndTheLibraryGoesOn) {
  testing::internal::CaptureStderr();
  for (int i = 0; i < 2; ++i) {
    rust::ErrorSlot error;
    EXPECT_FALSE(at2_provoke_panic(error.slot()));
    EXPECT_THAT(error.message(),
                testing::AllOf(HasSubstr("internal error"), HasSubstr("provoked"), HasSubstr("ffi.rs")));
  }
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "") << "nothing is printed";
}

}  // namespace
}  // namespace at2
