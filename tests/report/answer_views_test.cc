// An attributed answer as JSON, text, Markdown and HTML.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "report/answer_example.h"
#include "report/answer_html.h"
#include "report/answer_json.h"
#include "report/answer_markdown.h"
#include "report/answer_text.h"
#include "report/citations.h"

namespace at2 {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using testing::small_answer;

TEST(CitationsTest, SourcesAreNumberedInTheOrderInWhichTheyAreNamed) {
  const auto citations = citations_of(small_answer().methods[0], {3, 0.0});
  ASSERT_EQ(citations.size(), 2U);
  ASSERT_EQ(citations[0].size(), 3U);
  EXPECT_EQ(citations[0][0].source, 0);
  EXPECT_EQ(citations[0][1].source, 1) << "ties: the earlier source";
  EXPECT_EQ(citations[0][1].number, 2);
  ASSERT_EQ(citations[1].size(), 2U) << "a negative score is no citation";
  EXPECT_EQ(citations[1][0].source, 2);
  EXPECT_EQ(citations[1][0].number, 3) << "the number it has from the first sentence";
  EXPECT_DOUBLE_EQ(citations[1][0].share, 0.9);
}

TEST(CitationsTest, SourcesFarBelowTheBestAreNotNamed) {
  const auto citations = citations_of(small_answer().methods[0]);
  EXPECT_EQ(citations[0].size(), 1U);
}

TEST(CitationsTest, WithoutPositiveScoresThereIsNone) {
  EXPECT_TRUE(citations_of({"at2", "AT2", {{-1, 0, std::nan("")}}, 0})[0].empty());
}

TEST(AnswerJsonTest, OffsetsAreCodePointsOfTheDocumentAndOfTheResponse) {
  const auto json = nlohmann::json::parse(answer_json(small_answer()));
  EXPECT_EQ(json["model"], "tiny");
  EXPECT_EQ(json["estimator"], "dolly");
  EXPECT_EQ(json["sources"][0]["end"], 24) << "one of the characters has two bytes";
  EXPECT_EQ(json["sources"][1]["text"], "It is old.");
  EXPECT_EQ(json["sources"][2]["begin"], 0) << "offsets count within their own document";
  EXPECT_EQ(json["sources"][2]["document"], 1);
  EXPECT_EQ(json["targets"][1]["end"], 30);
  EXPECT_EQ(json["scores"]["gradient"][1], (std::vector<double>{3, 2, 1}));
  EXPECT_EQ(json["seconds"]["generate"], 1.5);
}

TEST(AnswerJsonTest, NumbersThatAreNotFiniteAreNull) {
  AttributedAnswer answer = small_answer();
  answer.methods[0].scores_GS[0][0] = std::nan("");
  EXPECT_TRUE(nlohmann::json::parse(answer_json(answer))["scores"]["at2"][0][0].is_null());
}

TEST(CitedAnswerTest, EachSentenceIsFollowedByItsSourcesAndTheDocumentsCarryTheirNumbers) {
  EXPECT_EQ(cited_answer(small_answer(), {80, Colours::none}),
            "> It opened in 1931.\n"
            "  [1]  80 %  a.txt: Caf\u00e9 Mar opened in 1931.\n"
            "\n"
            "> N\u00fcn tables.\n"
            "  [2]  90 %  b.txt: It has nine <tables>.\n"
            "\n"
            "a.txt\n"
            "  Caf\u00e9 Mar opened in 1931.[1] It is old.\n"
            "\n"
            "b.txt\n"
            "  It has nine <tables>.[2]\n"
            "\n");
}

TEST(CitedAnswerTest, WithoutColoursThereAreNoEscapeSequences) {
  EXPECT_THAT(cited_answer(small_answer(), {80, Colours::none}), Not(HasSubstr("\033")));
  EXPECT_THAT(cited_answer(small_answer(), {80, Colours::ansi256}), HasSubstr("\033[48;5;26;38;5;231mCaf\u00e9"));
}

TEST(CitedAnswerTest, EscapeSequencesOfADocumentAreNotPassedOn) {
  AttributedAnswer answer = small_answer();
  answer.documents[1].text = "It has \033]0;x\a tables.";
  answer.sources[2].range = {0, std::ssize(answer.documents[1].text)};
  EXPECT_THAT(cited_answer(answer, {80, Colours::none}), Not(HasSubstr("\033")));
}

TEST(CitedAnswerTest, ADocumentThatWasNotUsedIsNamedOnly) {
  AttributedAnswer answer = small_answer();
  answer.methods[0].scores_GS = {{1, 0, 0}, {1, 0, 0}};
  EXPECT_THAT(cited_answer(answer, {80, Colours::none}), HasSubstr("b.txt\n  not used\n"));
}

TEST(CitedAnswerTest, OfALongDocumentWhatWasCitedIsShown) {
  AttributedAnswer answer = small_answer();
  std::string& text = answer.documents[0].text;
  for (int word = 0; word < 1000; ++word) text += " words";
  EXPECT_THAT(cited_answer(answer, {80, Colours::none}), HasSubstr("[\u2026]"));
  EXPECT_LT(cited_answer(answer, {80, Colours::none}).size(), 1000U);
}

TEST(AnswerMarkdownTest, FootnotesFollowTheSentencesAndHtmlIsHarmless) {
  EXPECT_EQ(answer_markdown(small_answer()),
            "It opened in 1931.[^1] N\u00fcn tables.[^2]\n"
            "\n[^1]: a.txt: Caf\u00e9 Mar opened in 1931.\n"
            "\n[^2]: b.txt: It has nine &lt;tables>.\n");
}

TEST(AnswerHtmlTest, TextsAreEscapedAndCitationsLeadToTheirSources) {
  AttributedAnswer answer = small_answer();
  answer.documents[1].name = "<script>alert(1)</script>";
  const std::string html = answer_html(answer, "</title><script>x</script>");
  EXPECT_THAT(html, Not(HasSubstr("<script>alert")));
  EXPECT_THAT(html, Not(HasSubstr("<script>x")));
  EXPECT_THAT(html, HasSubstr("href=\"#source-2\">[2]</a>"));
  EXPECT_THAT(html, HasSubstr("id=\"source-2\""));
  EXPECT_THAT(html, HasSubstr("It has nine &lt;tables&gt;."));
  EXPECT_THAT(html, HasSubstr("Gradient L1"));
  for (const char* scheme : {"http:", "https:"}) EXPECT_THAT(html, Not(HasSubstr(scheme)));
}

}  // namespace
}  // namespace at2
