#include "data/prompt_template.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "support/test_files.h"

namespace at2 {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string covered(const FilledPrompt& prompt, CharRange range) {
  return prompt.content.substr(static_cast<std::size_t>(range.begin), static_cast<std::size_t>(range.size()));
}

FilledPrompt filled(const std::string& text, const std::vector<std::string>& passages, const std::string& query) {
  return PromptTemplate(text).fill(passages, query);
}

TEST(PromptTemplateTest, TemplatesOfThePaper) {
  const auto dolly = filled(std::string(default_prompt_template(DatasetFormat::dolly)), {"C."}, "Q?");
  EXPECT_EQ(dolly.content, "Context: C.\n\nQuery: Q?");
  const auto hotpotqa = filled(std::string(default_prompt_template(DatasetFormat::hotpotqa)), {"A\na", "B\nb"}, "Q?");
  EXPECT_EQ(hotpotqa.content, "Passages:\n\nA\na\n\nB\nb\n\nQuery: Q?");
}

TEST(PromptTemplateTest, RangesCoverTheirTexts) {
  const std::vector<std::string> passages{"Zürich – 東京", "", "e\u0301🙂"};
  const auto prompt = filled("«{passages}» ¿{query}?", passages, "naïve");
  EXPECT_EQ(covered(prompt, prompt.context), "Zürich – 東京\n\n\n\ne\u0301🙂");
  ASSERT_EQ(prompt.passages.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(covered(prompt, prompt.passages[i]), passages[i]);
  EXPECT_EQ(prompt.context.begin, 2);  // « has two bytes
}

TEST(PromptTemplateTest, RangesAreByConstructionNotBySearch) {
  const auto prompt = filled("Query: {query} Context: {context} Query: same", {"same"}, "same");
  EXPECT_EQ(prompt.content, "Query: same Context: same Query: same");
  EXPECT_EQ(prompt.context, (CharRange{21, 25}));
  EXPECT_THAT(prompt.passages, ElementsAre(CharRange{21, 25}));
}

TEST(PromptTemplateTest, TextsThatLookLikePlaceholdersStayAsTheyAre) {
  EXPECT_EQ(filled("{context}|{query}", {"{query}"}, "{context} }{").content, "{query}|{context} }{");
}

TEST(PromptTemplateTest, DoubledBracesAreBraces) {
  const auto prompt = filled("{{{context}}} {{\"q\": {query}}}", {"c"}, "q");
  EXPECT_EQ(prompt.content, "{c} {\"q\": q}");
  EXPECT_EQ(covered(prompt, prompt.context), "c");
}

TEST(PromptTemplateTest, FaultyTemplatesAreRefused) {
  const std::vector<std::pair<std::string, std::string>> table{
      {"", "{query} is missing"},
      {"{context}", "{query} is missing"},
      {"{query}", "{context} or {passages} is missing"},
      {"{context} {query} {article}", "unknown {article}"},
      {"{Context} {query}", "unknown {Context}"},
      {"{context} {passages} {query}", "the context stands twice"},
      {"{query} {context} {query}", "{query} stands twice"},
      {"{context} {query} {", "a brace stands alone"},
      {"{context} } {query}", "a brace stands alone"},
      {"{} {context} {query}", "unknown {}"},
  };
  for (const auto& [text, fragment] : table) {
    EXPECT_THAT(message_of([&, &wrong = text] { PromptTemplate{wrong}; }), HasSubstr(fragment)) << text;
  }
}

TEST(PromptTemplateTest, NoPassageIsABrokenContract) {
  EXPECT_THROW((void)filled("{context}{query}", {}, "q"), ContractViolation);
}

}  // namespace
}  // namespace at2
