// Natural Questions in its two forms. The pages are written for this project.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <vector>

#include "data/read_text.h"

namespace at2 {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

// Characters of two, three and four bytes stand before each span, so that an offset in characters would be another.
const std::string kPage =
    "<!DOCTYPE html><html><head><title>Käse</title><script>if (a<b) {\"<p>no</p>\"}</script></head><body>\n"
    "<h1 id=\"a>b\">Der Käse 🧀</h1><div><table><tr><td>Not this</td></tr></table>"
    "<p class=x>Made in <a href='/w?a=1&amp;b'>Zürich</a> – from\n milk&#160;&amp; salt<sup>&#91;1&#93;</sup>.</p>"
    "<p> \n </p><h2>Ageing</h2><!-- <p>hidden</p> --><P>It takes 東京 &lt;3 "
    "months&gt;.</P><ul><li>no</li></ul></body></html>";

std::int64_t place_of(const std::string& text) { return static_cast<std::int64_t>(kPage.find(text)); }

json span(const std::string& text) {
  return {{"start_byte", place_of(text)}, {"end_byte", place_of(text) + std::ssize(text)}};
}

json annotation(const json& long_answer, const std::vector<json>& short_answers, const std::string& verdict = "NONE") {
  return {{"long_answer", long_answer}, {"short_answers", short_answers}, {"yes_no_answer", verdict}};
}

const json kNone{{"start_byte", -1}, {"end_byte", -1}, {"start_token", -1}, {"end_token", -1}};

json record(const std::vector<json>& annotations, const json& id = 5328212470870865242) {
  return {{"example_id", id},
          {"question_text", "how long does it age"},
          {"document_html", kPage},
          {"document_tokens", json::array({{{"token", "<H1>"}, {"start_byte", 0}}})},
          {"long_answer_candidates", json::array()},
          {"annotations", annotations}};
}

TEST(NaturalQuestionsTest, ParagraphsAndHeadersOfThePageAreTheContext) {
  const json found = annotation(span("It takes 東京 &lt;3 months&gt;."), {span("東京 &lt;3 months&gt;")});
  const auto [examples, report] = read_text(DatasetFormat::natural_questions, record({found}).dump());
  ASSERT_EQ(examples.size(), 1U);
  EXPECT_EQ(examples[0].id, "natural_questions-5328212470870865242");
  EXPECT_EQ(covered(examples[0], examples[0].context),
            "Der Käse 🧀\nMade in Zürich – from milk\u00a0& salt[1].\nAgeing\nIt takes 東京 <3 months>.");
  EXPECT_EQ(examples[0].content,
            "Context: " + covered(examples[0], examples[0].context) + "\n\nQuery: how long does it age");
  EXPECT_EQ(examples[0].answer, "東京 <3 months>") << "by byte offsets";
}

TEST(NaturalQuestionsTest, TheAnswerIsAVerdictShortAnswersOrTheLongOne) {
  const auto answer = [](const std::vector<json>& annotations) {
    return read_text(DatasetFormat::natural_questions, record(annotations).dump()).examples.at(0).answer;
  };
  const json place = span("Ageing");
  EXPECT_EQ(answer({annotation(place, {}, "YES")}), "yes");
  EXPECT_EQ(answer({annotation(place, {span("Zürich"), span("東京")})}), "Zürich, 東京");
  EXPECT_EQ(answer({annotation(place, {})}), "Ageing");
  EXPECT_EQ(answer({annotation(kNone, {}), annotation(place, {span("Zürich")}), annotation(place, {}, "NO")}),
            "Zürich");
}

TEST(NaturalQuestionsTest, UnanswerableQuestionsAreFiltered) {
  const json found = annotation(span("Ageing"), {});
  const json none = annotation(kNone, {});
  const auto [examples, report] =
      read_text(DatasetFormat::natural_questions, record({none}, 1).dump() + "\n" + record({found}, 2).dump() + "\n" +
                                                      record({found, none, none, none, none}, 3).dump() + "\n" +
                                                      record({found, none, none, none, found}, 4).dump() + "\n" +
                                                      record({}, 5).dump());
  EXPECT_THAT(ids_of(examples), ElementsAre("natural_questions-2", "natural_questions-4"));
  EXPECT_EQ(report.filtered, 3);
  EXPECT_THAT(report.dropped_by_reason, ElementsAre(Pair("no answer in the page", 3)));
}

TEST(NaturalQuestionsTest, OffsetsThatCannotBeAreFaults) {
  json inside_a_character = span("Zürich");
  inside_a_character["end_byte"] = inside_a_character["start_byte"].get<int>() + 2;
  const json outside = {{"start_byte", 3}, {"end_byte", 100000}};
  const json found = span("Ageing");
  json word = found;
  word["start_byte"] = "3";
  const auto [examples, report] = read_text(
      DatasetFormat::natural_questions,
      record({annotation(found, {inside_a_character})}).dump() + "\n" + record({annotation(outside, {})}).dump() +
          "\n" + record({annotation(word, {})}).dump() + "\n" + record({annotation(found, {found})}).dump());
  EXPECT_EQ(examples.size(), 1U);
  EXPECT_THAT(report.dropped_by_reason,
              UnorderedElementsAre(Pair("byte offsets outside the page", 2), Pair("wrong type of \"start_byte\"", 1)));
}

TEST(NaturalQuestionsTest, ContextsOfMoreThan20000CharactersAreFiltered) {
  const auto page = [](std::size_t characters) {
    std::string text;
    for (std::size_t i = 0; i < characters; ++i) text += "ü";
    json made = record({annotation({{"start_byte", 0}, {"end_byte", 3}}, {})});
    made["document_html"] = "<p>" + text + "</p>" + std::string(50000, 'x');
    return made.dump();
  };
  const auto [examples, report] = read_text(DatasetFormat::natural_questions, page(20000) + "\n" + page(20001) + "\n");
  EXPECT_EQ(examples.size(), 1U);
  EXPECT_THAT(report.dropped_by_reason, ElementsAre(Pair("longer than 20000 characters", 1)));
}

TEST(NaturalQuestionsTest, SimplifiedPagesAreWordsAndTags) {
  const json simple = {{"example_id", -7},
                       {"question_text", "where is it made"},
                       {"document_text",
                        "Käse - wiki <H1> Käse </H1> Jump to : navigation <Table> <Tr> <Td_colspan=\"2\"> no </Td> "
                        "</Tr> </Table> <P> It is "
                        "made in Zürich . </P> <P> </P> <H3> < 3 > </H3> <Ul> <Li> no </Li> </Ul> <P> Cut"},
                       {"annotations", std::vector<json>{annotation({{"start_token", 17}, {"end_token", 25}},
                                                                    {json{{"start_token", 21}, {"end_token", 23}}})}}};
  const auto [examples, report] = read_text(DatasetFormat::natural_questions, simple.dump());
  ASSERT_EQ(examples.size(), 1U) << testing::PrintToString(report.first_bad);
  EXPECT_EQ(examples[0].id, "natural_questions--7");
  EXPECT_EQ(covered(examples[0], examples[0].context), "Käse\nIt is made in Zürich .\n< 3 >\nCut");
  EXPECT_EQ(examples[0].answer, "in Zürich");
}

TEST(NaturalQuestionsTest, APageWithoutParagraphsHasNoContext) {
  json made = record({annotation({{"start_byte", 0}, {"end_byte", 3}}, {})});
  made["document_html"] = "<table><tr><td>x</td></tr></table>";
  json lacks = made;
  lacks.erase("document_html");
  const auto [examples, report] =
      read_text(DatasetFormat::natural_questions,
                made.dump() + "\n" + lacks.dump() + "\n" + record({annotation(span("Ageing"), {})}).dump());
  EXPECT_THAT(report.dropped_by_reason,
              UnorderedElementsAre(Pair("no context", 1), Pair("missing key \"document_html\"", 1)));
}

}  // namespace
}  // namespace at2
