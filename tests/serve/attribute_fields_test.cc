#include "serve/attribute_fields.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "serve/api_error.h"

namespace at2 {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const std::vector<Method> kMethods = {Method::at2, Method::gradient, Method::esm};

AttributeCall parse(const std::string& body) { return parse_attribute_call(body, {"tiny", kMethods, 100}); }

ApiFault fault_in(const std::string& body) {
  try {
    static_cast<void>(parse(body));
  } catch (const ApiError& error) {
    return error.fault();
  }
  return {0, "no fault", "", "", 0};
}

TEST(AttributeCallTest, HasDefaults) {
  const AttributeCall call = parse(R"({"query":"why?"})");
  EXPECT_EQ(call.question.query, "why?");
  EXPECT_THAT(call.question.methods, ElementsAre(Method::at2));
  EXPECT_EQ(call.question.sources, SourceKind::sentence);
  EXPECT_FALSE(call.question.response.has_value());
  EXPECT_FALSE(call.question.task.has_value());
  EXPECT_EQ(call.question.max_new_tokens, 100);
  EXPECT_EQ(call.citations.most, 3);
}

TEST(AttributeCallTest, TakesAllThatAQuestionHas) {
  const AttributeCall call =
      parse(R"({"query":"q","documents":["d"],"history":[{"role":"user","content":"h"}],"response":"a b",
      "methods":["esm","at2","esm"],"ablations":8,"sources":"word","spans":["b"],"task":"context","max_new_tokens":5,"most":9})");
  EXPECT_THAT(call.question.methods, ElementsAre(Method::esm, Method::at2));
  EXPECT_EQ(call.question.esm_ablations, 8);
  EXPECT_EQ(call.question.sources, SourceKind::word);
  EXPECT_THAT(call.question.spans, ElementsAre("b"));
  EXPECT_EQ(call.question.task, Task::context);
  EXPECT_EQ(call.question.max_new_tokens, 5);
  EXPECT_EQ(call.question.history.size(), 1U);
  EXPECT_EQ(call.citations.most, 9);
}

TEST(AttributeCallTest, RangesAreCodePointsOfTheResponse) {
  const auto call = parse(R"({"query":"q","response":"\u00fc\ud83d\ude00b","ranges":[{"begin":1,"end":3}]})");
  EXPECT_THAT(call.question.ranges, ElementsAre(CharRange{2, 7})) << "two bytes before, four and one within";
}

TEST(AttributeCallTest, RangesOfThoughtsAreOfTheAnswerAfterThem) {
  const std::string body =
      R"({"query":"q","response":"<think>\u00fc\u00fc</think>\n\n\u00fc b","ranges":[{"begin":1,"end":3}])";
  EXPECT_THAT(parse(body + "}").question.ranges, ElementsAre(CharRange{2, 4}));
  EXPECT_THAT(parse(body + R"(,"task":"context"})").question.ranges, ElementsAre(CharRange{1, 3}));
}

TEST(AttributeCallTest, FaultsNameTheField) {
  EXPECT_EQ(fault_in("{}").param, "query");
  EXPECT_EQ(fault_in(R"({"query":"q","contexts":[]})").param, "contexts");
  EXPECT_THAT(fault_in(R"({"query":"q","docments":[]})").message, HasSubstr("did you mean documents?"));
  EXPECT_EQ(fault_in(R"({"query":"q","methods":[]})").param, "methods");
  EXPECT_EQ(fault_in(R"({"query":"q","methods":["at2",3]})").param, "methods[1]");
  EXPECT_EQ(fault_in(R"({"query":"q","method":"at2_general"})").status, 400);
  EXPECT_EQ(fault_in(R"({"query":"q","task":"thoughts"})").param, "task");
  EXPECT_EQ(fault_in(R"({"query":"q","ablations":1})").param, "ablations");
  EXPECT_EQ(fault_in(R"({"query":"q","spans":[3]})").param, "spans[0]");
  EXPECT_EQ(fault_in(R"({"query":"q","ranges":[{"begin":0,"end":1}]})").param, "ranges") << "nothing to count in";
  for (const char* range :
       {R"({"begin":1,"end":1})", R"({"begin":0,"end":4})", R"({"begin":-1,"end":2})", R"({"begin":1})", "[0,1]"}) {
    EXPECT_EQ(fault_in(R"({"query":"q","response":"abc","ranges":[)" + std::string(range) + "]}").status, 400) << range;
  }
}

}  // namespace
}  // namespace at2
