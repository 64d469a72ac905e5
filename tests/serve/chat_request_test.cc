#include "serve/chat_request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "serve/api_error.h"

namespace at2 {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const std::vector<Method> kMethods = {Method::at2, Method::gradient};

ChatRequest parse(const std::string& body) { return parse_chat_request(body, {"tiny", kMethods, 100}); }

/// With a message of the user, and more fields.
ChatRequest with(const std::string& fields) {
  return parse(R"({"messages":[{"role":"user","content":"why?"}],)" + fields + "}");
}

ApiFault fault_in(const std::string& body) {
  try {
    static_cast<void>(parse(body));
  } catch (const ApiError& error) {
    return error.fault();
  }
  return {0, "no fault", "", "", 0};
}

ApiFault fault_with(const std::string& fields) {
  return fault_in(R"({"messages":[{"role":"user","content":"why?"}],)" + fields + "}");
}

TEST(ChatRequestTest, TheLastMessageIsTheQuestion) {
  const ChatRequest request = parse(R"({"model":"tiny","messages":[{"role":"developer","content":"be brief"},
      {"role":"user","content":"a"},{"role":"assistant","content":"b"},
      {"role":"user","content":[{"type":"text","text":"c"},{"type":"text","text":"d"}]}]})");
  EXPECT_EQ(request.question.query, "cd");
  ASSERT_EQ(request.question.history.size(), 3U);
  EXPECT_EQ(request.question.history[0].role, "system");
  EXPECT_EQ(request.question.history[2].content, "b");
  EXPECT_EQ(request.delivery, Delivery::whole);
  EXPECT_TRUE(request.question.methods.empty()) << "citations are for those who ask";
  EXPECT_FALSE(request.citations.has_value());
  EXPECT_EQ(request.question.max_new_tokens, 100);
}

TEST(ChatRequestTest, DocumentsAndCitationsAreExtensions) {
  const ChatRequest request = with(
      R"("documents":["one",{"name":"b.txt","text":"two"},{"text":"three"}],"citations":{"method":"gradient","sources":"token","most":7,"smallest_share":0})");
  EXPECT_THAT(request.question.documents,
              ElementsAre(AnswerDocument{"document 1", "one"}, AnswerDocument{"b.txt", "two"},
                          AnswerDocument{"document 3", "three"}));
  EXPECT_THAT(request.question.methods, ElementsAre(Method::gradient));
  EXPECT_EQ(request.question.sources, SourceKind::token);
  ASSERT_TRUE(request.citations.has_value());
  EXPECT_EQ(request.citations->most, 7);
  EXPECT_EQ(request.citations->smallest_share_of_best, 0);
  EXPECT_THAT(with(R"("citations":true)").question.methods, ElementsAre(Method::at2));
  EXPECT_TRUE(with(R"("citations":false)").question.methods.empty());
}

TEST(ChatRequestTest, LongestAnswersAreCutToTheServersLimit) {
  EXPECT_EQ(with(R"("max_tokens":7)").question.max_new_tokens, 7);
  EXPECT_EQ(with(R"("max_completion_tokens":9)").question.max_new_tokens, 9);
  EXPECT_EQ(with(R"("max_tokens":100000)").question.max_new_tokens, 100);
  EXPECT_EQ(with(R"("max_tokens":null)").question.max_new_tokens, 100);
}

TEST(ChatRequestTest, StreamsMayEndWithUsage) {
  const ChatRequest request = with(R"("stream":true,"stream_options":{"include_usage":true})");
  EXPECT_EQ(request.delivery, Delivery::stream);
  EXPECT_TRUE(request.stream_usage);
  EXPECT_FALSE(with(R"("stream":true)").stream_usage);
}

TEST(ChatRequestTest, SamplingAndUnknownFieldsAreIgnored) {
  EXPECT_EQ(
      with(R"("temperature":0.7,"top_p":0.9,"seed":3,"user":"me","n":1,"tools":[],"stop":null,"tool_choice":"auto",
                    "logprobs":false,"response_format":{"type":"text"},"something_new":{"a":1})")
          .question.query,
      "why?");
}

TEST(ChatRequestTest, WhatChangesTheMeaningIsRefused) {
  for (const char* fields : {R"("n":2)", R"("tools":[{"type":"function"}])", R"("stop":"END")", R"("logprobs":true)",
                             R"("response_format":{"type":"json_object"})", R"("logit_bias":{"1":2})"}) {
    EXPECT_EQ(fault_with(fields).status, 400) << fields;
  }
  EXPECT_EQ(fault_with(R"("n":2)").param, "n");
}

TEST(ChatRequestTest, FaultsNameTheField) {
  EXPECT_EQ(fault_in("{").code, "invalid_json");
  EXPECT_EQ(fault_in("").code, "invalid_json");
  EXPECT_EQ(fault_in("\xff").code, "invalid_json");
  EXPECT_THAT(fault_in("[]").message, HasSubstr("is an array, expected an object"));
  EXPECT_EQ(fault_in("{}").param, "messages");
  EXPECT_EQ(fault_in(R"({"messages":[]})").param, "messages");
  EXPECT_EQ(fault_in(R"({"messages":"hello"})").message, "`messages` is a string, expected an array");
  EXPECT_EQ(fault_in(R"({"messages":[{"role":"user"}]})").param, "messages[0].content");
  EXPECT_EQ(fault_in(R"({"messages":[{"role":"user","content":3}]})").param, "messages[0].content");
  EXPECT_EQ(fault_in(R"({"messages":[{"role":"user","content":[{"type":"image_url"}]}]})").param,
            "messages[0].content[0].type");
  EXPECT_THAT(fault_in(R"({"messages":[{"role":"usr","content":""}]})").message, HasSubstr("did you mean user?"));
  EXPECT_EQ(fault_in(R"({"messages":[{"role":"assistant","content":"b"}]})").param, "messages");
  EXPECT_EQ(fault_with(R"("max_tokens":"7")").message, "`max_tokens` is a string, expected a whole number");
  EXPECT_EQ(fault_with(R"("max_tokens":0)").param, "max_tokens");
  EXPECT_EQ(fault_with(R"("max_tokens":18446744073709551615)").status, 400);
  EXPECT_EQ(fault_with(R"("stream":1)").message, "`stream` is a number, expected true or false");
  EXPECT_EQ(fault_with(R"("documents":[{"txt":"a"}])").message, "`documents[0].txt` is not known: did you mean text?");
  EXPECT_EQ(fault_with(R"("documents":[{}])").param, "documents[0].text");
  EXPECT_THAT(fault_with(R"("citations":{"method":"gradiant"})").message, HasSubstr("did you mean gradient?"));
  EXPECT_EQ(fault_with(R"("citations":{"method":"esm"})").status, 400) << "not one of this engine's";
  EXPECT_EQ(fault_with(R"("citations":{"sources":"letters"})").param, "citations.sources");
  EXPECT_EQ(fault_with(R"("citations":{"smallest_share":2})").param, "citations.smallest_share");
}

TEST(ChatRequestTest, AnotherModelIsNotFound) {
  EXPECT_EQ(fault_with(R"("model":"gpt-4o")").status, 404);
  EXPECT_EQ(fault_with(R"("model":"gpt-4o")").code, "model_not_found");
  EXPECT_EQ(with(R"("model":"default")").question.query, "why?");
}

TEST(ChatRequestTest, DeepNestingIsNoTrouble) {
  const std::string deep(200000, '[');
  EXPECT_EQ(fault_in(deep).code, "invalid_json");
  EXPECT_EQ(with("\"x\":" + deep + std::string(200000, ']')).question.query, "why?");
}

}  // namespace
}  // namespace at2
