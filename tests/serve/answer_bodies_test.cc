#include "serve/answer_bodies.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "report/answer_example.h"
#include "serve/http_text.h"

namespace at2 {
namespace {

using nlohmann::json;

const CompletionName kName{"chatcmpl-1", "tiny", 1234};

json event_in(const std::string& text) {
  EXPECT_TRUE(text.starts_with("data: ") && text.ends_with("\n\n")) << text;
  return json::parse(text.substr(6));
}

TEST(AnswerBodiesTest, ACompletionHasOpenAisFields) {
  const json body = json::parse(completion_json(kName, testing::small_answer(), std::nullopt));
  EXPECT_EQ(body["object"], "chat.completion");
  EXPECT_EQ(body["choices"][0]["message"]["role"], "assistant");
  EXPECT_EQ(body["choices"][0]["message"]["content"], testing::small_answer().response);
  EXPECT_EQ(body["choices"][0]["finish_reason"], "stop");
  EXPECT_EQ(body["usage"]["total_tokens"], 52);
  EXPECT_FALSE(body.contains("citations"));
}

TEST(AnswerBodiesTest, AnAnswerThatWasCutHasTheReasonLength) {
  AttributedAnswer answer = testing::small_answer();
  answer.ended = false;
  EXPECT_EQ(json::parse(completion_json(kName, answer, std::nullopt))["choices"][0]["finish_reason"], "length");
}

TEST(AnswerBodiesTest, CitationsCountCodePoints) {
  const json body = json::parse(completion_json(kName, testing::small_answer(), CitationView{{}, 2}));
  ASSERT_EQ(body["citations"].size(), 2U);
  const json& second = body["citations"][1];
  EXPECT_EQ(second["text"], "N\u00fcn tables.");
  EXPECT_EQ(second["begin"], 19);
  EXPECT_EQ(second["end"], 30) << "the u with two dots is one";
  ASSERT_EQ(second["sources"].size(), 1U) << "0.1 is less than a fifth of 0.9, -0.2 no support";
  EXPECT_EQ(second["sources"][0]["document"], 1);
  EXPECT_EQ(second["sources"][0]["name"], "b.txt");
  EXPECT_EQ(second["sources"][0]["text"], "It has nine <tables>.");
  EXPECT_DOUBLE_EQ(second["sources"][0]["share"].get<double>(), 0.9);
  EXPECT_EQ(body["citations"][0]["sources"][0]["end"], 24) << "25 bytes with one accent";
}

TEST(AnswerBodiesTest, ChunksAreEvents) {
  const AttributedAnswer answer = testing::small_answer();
  EXPECT_EQ(event_in(first_chunk(kName))["choices"][0]["delta"]["role"], "assistant");
  const json piece = event_in(text_chunk(kName, "a\nb\n\nc"));
  EXPECT_EQ(piece["object"], "chat.completion.chunk");
  EXPECT_EQ(piece["choices"][0]["delta"]["content"], "a\nb\n\nc");
  EXPECT_TRUE(piece["choices"][0]["finish_reason"].is_null());
  EXPECT_EQ(event_in(last_chunk(kName, answer))["choices"][0]["finish_reason"], "stop");
  EXPECT_TRUE(event_in(last_chunk(kName, answer))["choices"][0]["delta"].is_object());
  EXPECT_EQ(event_in(usage_chunk(kName, answer))["usage"]["prompt_tokens"], 40);
  const json cited = event_in(citations_chunk(kName, answer, {{}, 2}));
  EXPECT_TRUE(cited["choices"].empty());
  EXPECT_EQ(cited["response"], answer.response);
  EXPECT_EQ(cited["citations"].size(), 2U);
  EXPECT_EQ(done_event(), "data: [DONE]\n\n");
}

TEST(AnswerBodiesTest, BytesThatAreNoTextDoNotBreakAStream) {
  EXPECT_EQ(event_in(text_chunk(kName, "a\xff"))["choices"][0]["delta"]["content"], "a\uFFFD");
}

TEST(AnswerBodiesTest, AnAttributionHasCitationsByMethod) {
  const json body = json::parse(attribution_json(testing::small_answer(), {}));
  EXPECT_EQ(body["scores"]["at2"][0][0], 0.8);
  EXPECT_EQ(body["citations"]["at2"].size(), 2U);
  EXPECT_EQ(body["citations"]["gradient"][1]["sources"][0]["document"], 0);
}

TEST(AnswerBodiesTest, ThoughtsAreGivenWithTheCitations) {
  AttributedAnswer answer = testing::small_answer();
  answer.documents.push_back({"thoughts", "hm"});
  EXPECT_EQ(json::parse(completion_json(kName, answer, CitationView{{}, 2}))["thoughts"], "hm");
  EXPECT_FALSE(json::parse(completion_json(kName, testing::small_answer(), CitationView{{}, 2})).contains("thoughts"));
  EXPECT_FALSE(json::parse(completion_json(kName, answer, CitationView{{}, 3})).contains("thoughts"))
      << "a document of the client's with that name";
}

TEST(HttpTextTest, ChunksSayTheirSizeInHexadecimal) {
  EXPECT_EQ(chunk_text(std::string(26, 'x')), "1a\r\n" + std::string(26, 'x') + "\r\n");
  EXPECT_EQ(chunk_text(""), "") << "an empty chunk would end the body";
  EXPECT_EQ(last_chunk_text(), "0\r\n\r\n");
}

}  // namespace
}  // namespace at2
