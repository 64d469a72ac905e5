// What becomes of a record of each format. The records are written for this project in the native layouts.
#include "data/formats.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "data/read_text.h"

namespace at2 {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

constexpr ReadRules kContextOnly{.max_bad_fraction = 1};

TEST(DatasetTitleTest, IsTheOneGivenOrThatOfTheFormatOrOfTheFile) {
  DatasetOptions options;
  options.format = DatasetFormat::hotpotqa;
  options.path = "x/hotpot_dev.json";
  EXPECT_EQ(dataset_title(options), "HotpotQA");
  options.title = "HotpotQA (dev)";
  EXPECT_EQ(dataset_title(options), "HotpotQA (dev)");
  options = {};
  options.format = DatasetFormat::jsonl;
  for (const char* path : {"a/mine.jsonl", "mine.jsonl.gz", "mine.json.zst", "a/mine", "a/mine/"}) {
    options.path = path;
    EXPECT_EQ(dataset_title(options), "mine") << path;
  }
}

TEST(CnnDailymailTest, ArticleBecomesAnExample) {
  const auto [examples, report] =
      read_text(DatasetFormat::cnn_dailymail,
                R"({"id": "f00", "article": "The old mill at Brackwater reopened.", "highlights": "A mill reopened."})"
                "\n"
                R"({"id": "", "article": "Rain fell.", "highlights": "Rain ."})");
  EXPECT_THAT(ids_of(examples), ElementsAre("cnn_dailymail-f00", "cnn_dailymail-2"));
  EXPECT_EQ(examples[0].content,
            "Context: The old mill at Brackwater reopened.\n\n"
            "Query: Please summarize the article in up to three sentences.");
  EXPECT_EQ(covered(examples[0], examples[0].context), "The old mill at Brackwater reopened.");
  EXPECT_EQ(examples[0].answer, "A mill reopened.");
}

TEST(CnnDailymailTest, TheTemplateMayHoldTheQuestionItself) {
  DatasetOptions options;
  options.format = DatasetFormat::cnn_dailymail;
  options.prompt_template = "{context}\n\nIn one sentence, please.";
  EXPECT_EQ(read_text(options, R"({"id": "a", "article": "Rain.", "highlights": ""})").examples.at(0).content,
            "Rain.\n\nIn one sentence, please.");
}

TEST(MsMarcoTest, LineOfVersion1BecomesAnExample) {
  const auto [examples, report] = read_text(
      DatasetFormat::ms_marco,
      R"({"query_id": 7, "query": "how tall is mount orrel", "query_type": "numeric", "answers": ["812 m", "812"], )"
      R"("passages": [{"is_selected": 0, "url": "u", "passage_text": "Orrel is near Tam."}, )"
      R"({"is_selected": 1, "url": "", "passage_text": " "}, {"is_selected": 1, "url": "v", "passage_text": "812 m."}]})");
  ASSERT_EQ(examples.size(), 1U);
  EXPECT_EQ(examples[0].id, "ms_marco-7");
  EXPECT_EQ(examples[0].content, "Passages:\n\nOrrel is near Tam.\n\n812 m.\n\nQuery: how tall is mount orrel");
  EXPECT_THAT(examples[0].supporting, ElementsAre(1)) << "the blank passage is left out";
  EXPECT_EQ(examples[0].answer, "812 m");
}

TEST(MsMarcoTest, ColumnsOfVersion2AreJoinedByTheirKeys) {
  const auto [examples, report] = read_text(
      DatasetFormat::ms_marco,
      R"({"answers": {"0": ["No Answer Present."], "1": []}, )"
      R"("passages": {"1": [{"is_selected": 0, "passage_text": "One, {two}."}], )"
      R"("0": [{"is_selected": 0, "passage_text": "Zero."}], "2": [{"passage_text": "x"}], "3": nonsense, )"
      R"("4": [{"passage_text": "x"}]}, "query": {"0": "what is zero", "1": "what, is \"one\"", "2": 5, "4": " "}, )"
      R"("query_id": {"0": 100, "1": 101}, "query_type": {"0": "d", "1": "d"}, )"
      R"("wellFormedAnswers": {"0": "[]", "1": "[]"}})");
  EXPECT_THAT(ids_of(examples), ElementsAre("ms_marco-101", "ms_marco-100"));
  EXPECT_EQ(examples[0].content, "Passages:\n\nOne, {two}.\n\nQuery: what, is \"one\"");
  EXPECT_EQ(examples[0].answer, std::nullopt);
  EXPECT_EQ(examples[1].content, "Passages:\n\nZero.\n\nQuery: what is zero");
  EXPECT_EQ(examples[1].answer, std::nullopt);
  EXPECT_THAT(report.dropped_by_reason, UnorderedElementsAre(Pair("missing key \"query\"", 1), Pair("broken JSON", 1),
                                                             Pair("empty question", 1)));
}

TEST(MsMarcoTest, CutColumnsAreRefused) {
  const std::string whole = R"({"passages": {"0": [{"passage_text": "Zero."}]}, "query": {"0": "q"}})";
  ASSERT_EQ(read_text(DatasetFormat::ms_marco, whole).examples.size(), 1U);
  for (const std::size_t size : {whole.size() - 1, whole.size() - 2, whole.size() - 12, whole.size() - 30}) {
    EXPECT_NE(message_of([&] { (void)read_text(DatasetFormat::ms_marco, whole.substr(0, size)); }), "") << size;
  }
}

TEST(DropTest, EachQuestionOfAPassageIsARecord) {
  const auto [examples, report] = read_text(
      DatasetFormat::drop,
      R"({"nfl_1": {"passage": "The Herons led 10-7.", "wiki_url": "w", "qa_pairs": [)"
      R"({"question": "Who led?", "query_id": "a", "answer": {"number": "", "date": {"day": "", "month": "", "year": ""}, "spans": ["The", "Herons"]}}, )"
      R"({"question": "By how much?", "query_id": "b", "answer": {"number": "3", "date": {}, "spans": []}}, )"
      R"({"question": "When?", "query_id": "c", "answer": {"number": "", "date": {"day": "2", "month": "May", "year": ""}, "spans": []}}, )"
      R"({"question": "", "query_id": "d"}, 5]}, "nfl_2": {"passage": "", "qa_pairs": []}, "nfl_3": {"passage": "x"}, "nfl_4": [1]})");
  EXPECT_THAT(ids_of(examples), ElementsAre("drop-a", "drop-b", "drop-c"));
  EXPECT_EQ(examples[1].content, "Context: The Herons led 10-7.\n\nQuery: By how much?");
  EXPECT_EQ(examples[0].answer, "The, Herons");
  EXPECT_EQ(examples[1].answer, "3");
  EXPECT_EQ(examples[2].answer, "2 May");
  EXPECT_EQ(report.read, 8);
  EXPECT_THAT(report.dropped_by_reason,
              UnorderedElementsAre(Pair("empty question", 1), Pair("not a JSON object", 2), Pair("empty context", 1),
                                   Pair("missing key \"qa_pairs\"", 1)));
}

TEST(DropTest, CutFileIsRefused) {
  EXPECT_THAT(message_of([] {
                (void)read_text(DatasetFormat::drop, R"({"a": {"passage": "p", "qa_pairs": []}, "b": {"pass)");
              }),
              HasSubstr("ends within record 2, which starts near line 1 (the JSON object is not closed)"));
  EXPECT_THAT(message_of([] { (void)read_text(DatasetFormat::drop, "[]"); }), HasSubstr("is not a DROP file"));
}

constexpr const char* kOpinions =
    "question,selections,options,source\r\n"
    "\"Is it, in your words, \"\"good\"\"?\",\"defaultdict(<class 'list'>, {'X': [0.5, 0.5]})\","
    "\"['Good', \"\"Haven't heard (VOL)\"\", 'It\\'s \\\\ ok', 1.0, nan]\",GAS\r\n"
    "Two\nShort,row\n"
    "\"Two\nlines?\",{},[],WVS\n"
    "\"x\" y,{},[],WVS\n"
    "Broken?,{},['Yes,GAS\n"
    " ,{},[],GAS\n"
    "\xFF,{},[],GAS\n";

TEST(GlobalOpinionsTest, RowsOfTheCsvBecomePrompts) {
  const auto [examples, report] = read_text(DatasetFormat::global_opinions, kOpinions);
  EXPECT_THAT(ids_of(examples), ElementsAre("global_opinions-2", "global_opinions-5"));
  EXPECT_EQ(examples[0].content, "Is it, in your words, \"good\"?");
  EXPECT_EQ(examples[1].content, "Two\nlines?");
  EXPECT_TRUE(examples[0].passages.empty());
  EXPECT_EQ(examples[0].context.size(), 0);
  EXPECT_THAT(report.dropped_by_reason,
              UnorderedElementsAre(Pair("wrong number of columns", 2), Pair("broken CSV", 1), Pair("broken list", 1),
                                   Pair("empty question", 1), Pair("invalid UTF-8", 1)));
}

TEST(GlobalOpinionsTest, TheTemplateMayShowTheOptions) {
  DatasetOptions options;
  options.format = DatasetFormat::global_opinions;
  options.prompt_template_without_context = "{query}\n{options}";
  const auto [examples, report] = read_text(options, kOpinions);
  EXPECT_EQ(examples[0].content, "Is it, in your words, \"good\"?\nGood\nHaven't heard (VOL)\nIt's \\ ok\n1.0\nnan");
  EXPECT_EQ(examples[1].content, "Two\nlines?");
}

TEST(GlobalOpinionsTest, WhereAContextIsNeededNoneIsUsable) {
  EXPECT_THAT(message_of([] { (void)read_text(DatasetFormat::global_opinions, kOpinions, kContextOnly); }),
              HasSubstr("2 x no context"));
  EXPECT_THAT(
      message_of([] { (void)read_text(DatasetFormat::global_opinions, "question,options\nq,[]\n", kContextOnly); }),
      HasSubstr("has a context (sources are parts of the context)"));
}

TEST(GlobalOpinionsTest, CsvOfAnotherKindIsRefused) {
  const auto message = [](const char* text) {
    return message_of([text] { (void)read_text(DatasetFormat::global_opinions, text); });
  };
  EXPECT_THAT(message("question,answer\na,b\n"), HasSubstr("its first line has no column options"));
  EXPECT_THAT(message("question,options\n\"a\n\nb,[]\n"), HasSubstr("the quote on line 2 is not closed"));
}

TEST(AgievalTest, PassageQuestionAndOptionsFillTheTemplate) {
  const std::string records =
      R"({"passage": "Ann sits left of Bo.", "question": "Who sits right?", "options": ["(A)Ann", "(B)Bo"], "label": "B", "other": null})"
      "\n"
      R"({"passage": null, "question": "1 + 1 = ?", "options": ["(A)2", "(B)3"], "label": ["A", "B"], "answer": null})"
      "\n"
      R"({"passage": "", "question": "What is 2?", "options": null, "label": null, "answer": "two"})"
      "\n"
      R"({"passage": "p", "question": "q", "options": [1]})"
      "\n";
  const auto [examples, report] = read_text(DatasetFormat::agieval, records);
  ASSERT_THAT(ids_of(examples), ElementsAre("agieval-1", "agieval-2", "agieval-3"));
  EXPECT_EQ(examples[0].content, "Passage: Ann sits left of Bo.\n\nQuestion: Who sits right?\n(A)Ann\n(B)Bo");
  EXPECT_EQ(covered(examples[0], examples[0].context), "Ann sits left of Bo.");
  EXPECT_EQ(examples[0].answer, "B");
  EXPECT_EQ(examples[1].content, "1 + 1 = ?\n(A)2\n(B)3");
  EXPECT_EQ(examples[1].answer, "AB");
  EXPECT_EQ(examples[2].content, "What is 2?");
  EXPECT_EQ(examples[2].answer, "two");
  EXPECT_THAT(report.dropped_by_reason, UnorderedElementsAre(Pair("wrong type of \"options\"", 1)));

  const auto with_context = read_text(DatasetFormat::agieval, records, kContextOnly);
  EXPECT_THAT(ids_of(with_context.examples), ElementsAre("agieval-1"));
  EXPECT_EQ(with_context.report.dropped_by_reason.at("no context"), 2);
}

TEST(JsonlTest, ContextOrDocumentsAndAResponse) {
  const auto [examples, report] = read_text(
      DatasetFormat::jsonl,
      R"({"id": "mine", "context": "Tea is hot.", "query": "What?", "response": "Tea.", "answer": "tea", "note": 1})"
      "\n"
      R"({"documents": ["One.", {"title": "T", "text": "Two."}, {"text": "Three."}, " "], "query": "Q"})"
      "\n"
      R"({"id": 12, "context": null, "query": "Why?"})"
      "\n");
  ASSERT_THAT(ids_of(examples), ElementsAre("mine", "record-2", "12"));
  EXPECT_EQ(examples[0].content, "Context: Tea is hot.\n\nQuery: What?");
  EXPECT_EQ(examples[0].response, "Tea.");
  EXPECT_EQ(examples[0].answer, "tea");
  EXPECT_EQ(examples[1].content, "Context: One.\n\nT\nTwo.\n\nThree.\n\nQuery: Q");
  EXPECT_EQ(examples[1].passages.size(), 3U);
  EXPECT_EQ(examples[1].response, std::nullopt);
  EXPECT_EQ(examples[2].content, "Why?");
  EXPECT_THAT(report.dropped_by_reason, IsEmpty());
}

TEST(JsonlTest, FaultsAreNamed) {
  const auto [examples, report] = read_text(DatasetFormat::jsonl,
                                            "{\"query\": \"q\"}\n"
                                            "{\"query\": \"q\", \"context\": \"c\", \"documents\": [\"d\"]}\n"
                                            "{\"query\": \"q\", \"context\": \"c\", \"response\": \" \"}\n"
                                            "{\"query\": \"q\", \"context\": [\"c\"]}\n"
                                            "{\"query\": \"q\", \"documents\": \"c\"}\n"
                                            "{\"query\": \"q\", \"documents\": [{\"title\": \"t\"}]}\n"
                                            "{\"query\": \"q\", \"context\": \"c\", \"id\": 1.5}\n"
                                            "{\"query\": \"q\", \"context\": \"c\"}\n");
  EXPECT_THAT(ids_of(examples), ElementsAre("record-8"));
  EXPECT_THAT(report.dropped_by_reason,
              UnorderedElementsAre(Pair("missing key \"context\"", 1), Pair("\"context\" and \"documents\"", 1),
                                   Pair("empty response", 1), Pair("wrong type of \"context\"", 1),
                                   Pair("wrong type of \"documents\"", 1), Pair("missing key \"text\"", 1),
                                   Pair("wrong type of \"id\"", 1)));
}

}  // namespace
}  // namespace at2
