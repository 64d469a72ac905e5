#include "data/prompt_template.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "data/formats.h"
#include "support/test_files.h"

namespace at2 {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string covered(const FilledPrompt& prompt, CharRange range) {
  return prompt.content.substr(static_cast<std::size_t>(range.begin), static_cast<std::size_t>(range.size()));
}

FilledPrompt filled(const std::string& text, const std::vector<std::string>& passages, const std::string& query) {
  return PromptTemplate(text).fill({passages, query});
}

TEST(PromptTemplateTest, TemplatesOfThePaper) {
  const std::vector<std::string> passages{"A\na", "B\nb"};
  const std::vector<std::string> options{"(A)x", "(B)y"};
  const auto with_context = [&](DatasetFormat format) {
    const FormatTraits& traits = traits_of(format);
    return PromptTemplate(traits.prompt_template, traits.rules).fill({passages, "Q?", options}).content;
  };
  const auto without_context = [&](DatasetFormat format) {
    const FormatTraits& traits = traits_of(format);
    return PromptTemplate(traits.without_context, traits.rules_without_context).fill({{}, "Q?", options}).content;
  };
  for (const DatasetFormat format : {DatasetFormat::dolly, DatasetFormat::natural_questions, DatasetFormat::drop,
                                     DatasetFormat::cnn_dailymail, DatasetFormat::jsonl}) {
    EXPECT_EQ(with_context(format), "Context: A\na\n\nB\nb\n\nQuery: Q?");
  }
  for (const DatasetFormat format : {DatasetFormat::hotpotqa, DatasetFormat::ms_marco}) {
    EXPECT_EQ(with_context(format), "Passages:\n\nA\na\n\nB\nb\n\nQuery: Q?");
  }
  EXPECT_EQ(with_context(DatasetFormat::agieval), "Passage: A\na\n\nB\nb\n\nQuestion: Q?\n(A)x\n(B)y");
  EXPECT_EQ(without_context(DatasetFormat::agieval), "Q?\n(A)x\n(B)y");
  EXPECT_EQ(without_context(DatasetFormat::global_opinions), "Q?");
}

TEST(PromptTemplateTest, WithoutOptionsTheLineBreakBeforeThemGoes) {
  const TemplateRules rules{Use::forbidden, Use::required, Use::allowed};
  const std::vector<std::string> one{"(A)"};
  EXPECT_EQ(PromptTemplate("{query}\n{options}", rules).fill({{}, "q"}).content, "q");
  EXPECT_EQ(PromptTemplate("{query}\n{options}!", rules).fill({{}, "q", one}).content, "q\n(A)!");
}

TEST(PromptTemplateTest, AFieldThatTheFormatLacksIsRefused) {
  const auto message = [](const char* text, const TemplateRules& rules) {
    return message_of([&] { PromptTemplate{text, rules}; });
  };
  EXPECT_THAT(message("{context} {query} {options}", {}), HasSubstr("{options} has no place here"));
  EXPECT_THAT(message("{context} {query}", {Use::forbidden, Use::required, Use::allowed}),
              HasSubstr("{context} or {passages} has no place here): use {query} once and {options} at most once"));
  EXPECT_THAT(message("{query}", {Use::forbidden, Use::forbidden, Use::forbidden}), HasSubstr("leave it empty"));
  EXPECT_EQ(message("{context} Summarize.", {Use::required, Use::allowed, Use::forbidden}), "");
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
      {"", "{context} or {passages} is missing"},
      {"{context}", "{query} is missing"},
      {"{query}", "{context} or {passages} is missing"},
      {"{context} {query} {article}", "unknown {article}"},
      {"{Context} {query}", "unknown {Context}"},
      {"{context} {passages} {query}", "{context} or {passages} stands twice"},
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
