#include "data/readers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "data/read_text.h"
#include "support/test_files.h"

namespace at2 {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;
using Json = nlohmann::ordered_json;

std::string dolly_line(const std::string& question, const std::string& context, const std::string& category) {
  return Json{{"instruction", question}, {"context", context}, {"response", "R."}, {"category", category}}.dump() +
         "\n";
}

std::string hotpotqa_record(const std::string& id, const std::string& question) {
  return R"({"_id": ")" + id + R"(", "question": ")" + question +
         R"(", "answer": "A", "context": [["T1", [" One, [\"two\"].", " {Three}."]], ["T2", ["Vier \u00fc. "]]]})";
}

Outcome read_dolly(const std::string& content, double max_bad_fraction = 1) {
  return read_text(DatasetFormat::dolly, content, {.max_bad_fraction = max_bad_fraction});
}

Outcome read_hotpotqa(const std::string& content) { return read_text(DatasetFormat::hotpotqa, content); }

TEST(DollyTest, RecordBecomesAnExample) {
  const auto [examples, report] = read_dolly("\n" + dolly_line("Wer?", " Ein Käse.\nZwei. ", "closed_qa"));
  ASSERT_EQ(examples.size(), 1U);
  const Example& example = examples[0];
  EXPECT_EQ(example.id, "dolly-2");
  EXPECT_EQ(example.content, "Context:  Ein Käse.\nZwei. \n\nQuery: Wer?");
  EXPECT_EQ(covered(example, example.context), " Ein Käse.\nZwei. ");
  EXPECT_THAT(example.passages, ElementsAre(example.context));
  EXPECT_EQ(example.query, "Wer?");
  EXPECT_EQ(example.answer, "R.");
  EXPECT_EQ(report.read, 1);
  EXPECT_EQ(report.kept, 1);
  EXPECT_EQ(report.selected, 1);
  EXPECT_THAT(report.dropped_by_reason, IsEmpty());
}

TEST(DollyTest, RecordsThatDoNotBelongAreFiltered) {
  const std::string longest(10000 - std::string("Context: \n\nQuery: q").size(), 'x');
  std::string umlauts;  // as many characters in twice as many bytes
  for (std::size_t i = 0; i < longest.size(); ++i) umlauts += "ü";
  const auto [examples, report] = read_dolly(
      dolly_line("q", "c", "open_qa") + dolly_line("q", "", "closed_qa") + dolly_line("q", " \n", "closed_qa") +
          dolly_line("q", longest, "summarization") + dolly_line("q", longest + "x", "summarization") +
          dolly_line("q", umlauts, "information_extraction") + dolly_line("q", "c", "brainstorming"),
      0);
  EXPECT_THAT(ids_of(examples), ElementsAre("dolly-4", "dolly-6"));
  EXPECT_EQ(report.read, 7);
  EXPECT_EQ(report.filtered, 5);
  EXPECT_EQ(report.bad, 0);
  EXPECT_THAT(report.dropped_by_reason, UnorderedElementsAre(Pair("other category", 2), Pair("no context", 2),
                                                             Pair("longer than 10000 characters", 1)));
}

TEST(DollyTest, ALimitThatIsAskedForStandsInForThePapers) {
  const std::string twenty(20, 'x');
  DatasetOptions options;
  options.format = DatasetFormat::dolly;
  options.max_prompt_characters = std::ssize(std::string("Context: \n\nQuery: q")) + 20;
  const auto [examples, report] =
      read_text(options, dolly_line("q", twenty, "closed_qa") + dolly_line("q", twenty + "x", "closed_qa"));
  EXPECT_THAT(ids_of(examples), ElementsAre("dolly-1"));
  EXPECT_THAT(report.dropped_by_reason, ElementsAre(Pair("longer than 39 characters", 1)));
}

TEST(DollyTest, CategoryAndResponseMayBeMissing) {
  const auto [examples, report] = read_dolly(R"({"instruction": "q", "context": "c"})"
                                             "\r\n"
                                             R"({"instruction": "q", "context": "d", "response": null})");
  ASSERT_EQ(examples.size(), 2U);
  EXPECT_EQ(examples[0].answer, std::nullopt);
  EXPECT_EQ(examples[1].answer, std::nullopt);
}

TEST(DollyTest, FaultyRecordsAreCountedByReasonAndSkipped) {
  const auto [examples, report] = read_dolly(
      "{\"instruction\": \"q\", \"context\"\n"      // 1
      "[1]\n"                                       // 2
      "{\"context\": \"c\"}\n"                      // 3
      "{\"instruction\": \"q\"}\n"                  // 4
      "{\"instruction\": 5, \"context\": \"c\"}\n"  // 5
      "{\"instruction\": \"q\", \"context\": null}\n"
      "{\"instruction\": \" \", \"context\": \"c\"}\n"
      "{\"instruction\": \"\xFF\", \"context\": \"c\"}\n"
      "{\"instruction\": \"\\ud800\", \"context\": \"c\"}\n"
      "\xEF\xBB\xBF{}\n" +
      dolly_line("q", "c", "closed_qa"));
  EXPECT_THAT(ids_of(examples), ElementsAre("dolly-11"));
  EXPECT_EQ(report.read, 11);
  EXPECT_EQ(report.bad, 10);
  EXPECT_EQ(report.read, report.kept + report.filtered + report.bad);
  EXPECT_THAT(
      report.dropped_by_reason,
      UnorderedElementsAre(Pair("broken JSON", 2), Pair("not a JSON object", 1), Pair("missing key \"instruction\"", 2),
                           Pair("missing key \"context\"", 1), Pair("wrong type of \"instruction\"", 1),
                           Pair("wrong type of \"context\"", 1), Pair("empty question", 1), Pair("invalid UTF-8", 1)));
  ASSERT_EQ(report.first_bad.size(), 5U);
  EXPECT_THAT(report.first_bad[0], HasSubstr("records:1: broken JSON"));
  EXPECT_THAT(report.first_bad[4], HasSubstr("records:5: wrong type of \"instruction\" (expected a text, got 5)"));
}

TEST(DollyTest, ByteOrderMarkIsSkipped) {
  EXPECT_EQ(read_dolly("\xEF\xBB\xBF" + dolly_line("q", "c", "closed_qa")).examples.size(), 1U);
}

TEST(DollyTest, TemplateOfTheUserIsFilled) {
  const auto [examples, report] =
      read_text(DatasetOptions{.path = "", .prompt_template = "{query}\n{context}"}, dolly_line("q", "c", "closed_qa"));
  EXPECT_EQ(examples.at(0).content, "q\nc");
}

TEST(BadFractionTest, RunEndsBeyondTheLimitOnly) {
  std::string content = "{\n";
  for (int i = 0; i < 19; ++i) content += dolly_line("q", "c" + std::to_string(i), "closed_qa");
  EXPECT_EQ(read_dolly(content, 0.05).examples.size(), 19U);
  const std::string message = message_of([&] { (void)read_dolly(content + "{\n", 0.05); });
  EXPECT_THAT(message, HasSubstr("2 of 21 records of"));
  EXPECT_THAT(message, HasSubstr("2 x broken JSON"));
  EXPECT_THAT(message, HasSubstr("records:1: broken JSON"));
  EXPECT_THAT(message, HasSubstr("records:21: broken JSON"));
  EXPECT_THAT(message, HasSubstr("raise data.max_bad_fraction"));
}

TEST(BadFractionTest, ReportIsFilledWhenTheRunEnds) {
  const TestFolder folder;
  DatasetOptions options;
  options.path = folder.write("records", "{\n").string();
  ReadReport report;
  EXPECT_THROW((void)read_examples(options, {}, report), UserError);
  EXPECT_EQ(report.bad, 1);
}

TEST(HotpotqaTest, RecordBecomesAnExample) {
  const auto [examples, report] = read_hotpotqa("[" + hotpotqa_record("x1", "Q?") + "]");
  ASSERT_EQ(examples.size(), 1U);
  const Example& example = examples[0];
  EXPECT_EQ(example.id, "hotpotqa-x1");
  EXPECT_EQ(example.content, "Passages:\n\nT1\nOne, [\"two\"]. {Three}.\n\nT2\nVier ü.\n\nQuery: Q?");
  ASSERT_EQ(example.passages.size(), 2U);
  EXPECT_EQ(covered(example, example.passages[0]), "T1\nOne, [\"two\"]. {Three}.");
  EXPECT_EQ(covered(example, example.passages[1]), "T2\nVier ü.");
  EXPECT_THAT(example.supporting, IsEmpty());
  EXPECT_EQ(example.context, (CharRange{example.passages[0].begin, example.passages[1].end}));
  EXPECT_EQ(example.answer, "A");
}

TEST(HotpotqaTest, RepeatedIdsAreMadeUnique) {
  const auto [examples, report] =
      read_hotpotqa("[" + hotpotqa_record("x", "a") + "," + hotpotqa_record("x-2", "b") + "," +
                    hotpotqa_record("x", "c") + "," + hotpotqa_record("x", "d") + "]");
  EXPECT_THAT(ids_of(examples), ElementsAre("hotpotqa-x", "hotpotqa-x-2", "hotpotqa-x-3", "hotpotqa-x-4"));
}

TEST(HotpotqaTest, BrokenRecordSpoilsNoOther) {
  const auto [examples, report] =
      read_hotpotqa("[\n" + hotpotqa_record("a", "q") + ",\n{\"_id\": \"b\", \"context\": nonsense},\n\n" +
                    hotpotqa_record("c", "q") + ",\n" + R"({"_id": "d", "question": "q", "context": []})" + ",\n" +
                    R"({"_id": "e", "question": "q", "context": [["T", "text"]]})" + ",\n" +
                    R"({"_id": "f", "question": "q", "context": [["", [" "]]]})" + ",\n5\n,]\n");
  EXPECT_THAT(ids_of(examples), ElementsAre("hotpotqa-a", "hotpotqa-c"));
  EXPECT_THAT(report.dropped_by_reason,
              UnorderedElementsAre(Pair("broken JSON", 2), Pair("empty context", 2), Pair("not a JSON object", 1),
                                   Pair("wrong type of \"context\"", 1)));
  ASSERT_EQ(report.first_bad.size(), 5U);
  EXPECT_THAT(report.first_bad[0], HasSubstr("records:3: broken JSON"));
  EXPECT_THAT(report.first_bad[1], HasSubstr("records:6: empty context"));
}

TEST(HotpotqaTest, SupportingPassagesAreCountedAmongThoseThatHaveText) {
  const auto [examples, report] =
      read_hotpotqa(R"([{"_id":"a","question":"q","context":[["",[]],["T",["t"]],["U",["u"]],["V",["v"]]],)"
                    R"("supporting_facts":[["V",0],["T",900],["V",1],["gone",0]]}])");
  EXPECT_THAT(examples.at(0).supporting, ElementsAre(0, 2));
}

TEST(HotpotqaTest, TitleAloneIsAPassage) {
  const auto [examples, report] = read_hotpotqa(R"([{"_id":"a","question":"q","context":[["T",[]],["U",["u"]]]}])");
  EXPECT_EQ(covered(examples.at(0), examples.at(0).context), "T\n\nU\nu");
}

TEST(FileTest, FilesThatCannotBeDataSetsAreRefused) {
  const std::string record = hotpotqa_record("a", "q");
  EXPECT_THAT(message_of([&] { (void)read_dolly(""); }), HasSubstr("is empty"));
  EXPECT_THAT(message_of([&] { (void)read_dolly("\n \n"); }), HasSubstr("is empty"));
  EXPECT_THAT(message_of([&] { (void)read_dolly("[" + record + "]"); }), HasSubstr("format belong together"));
  EXPECT_THAT(message_of([&] { (void)read_dolly(dolly_line("q", "c", "open_qa")); }), HasSubstr("1 x other category"));
  EXPECT_THAT(message_of([&] { (void)read_hotpotqa("[]"); }), HasSubstr("it has no records"));
  EXPECT_THAT(message_of([&] { (void)read_hotpotqa("[" + record + ",\n" + record); }),
              HasSubstr("ends within record 2"));
  EXPECT_THAT(message_of([&] { (void)read_hotpotqa("[" + record + ",\n{\"_id\": \"b"); }),
              HasSubstr("ends within record 2"));
  EXPECT_THAT(message_of([&] { (void)read_hotpotqa("[" + record + "]\n]"); }), HasSubstr("records:2: text behind"));
}

TEST(FileTest, ArrayAndLinesAreReadAlike) {
  const std::string line = dolly_line("q", "c", "closed_qa");
  EXPECT_EQ(read_dolly("[" + line + "]").examples.at(0).content, read_dolly(line).examples.at(0).content);
  EXPECT_EQ(read_hotpotqa(hotpotqa_record("a", "q") + "\n").examples.at(0).id, "hotpotqa-a");
}

TEST(FileTest, MissingFileAndFolderAreNamed) {
  const TestFolder folder;
  ReadReport report;
  DatasetOptions options;
  EXPECT_THAT(message_of([&] { (void)read_examples(options, {.max_bad_fraction = 1}, report); }),
              HasSubstr("data.train.path"));
  options.path = (folder.path() / "none.jsonl").string();
  EXPECT_THAT(message_of([&] { (void)read_examples(options, {.max_bad_fraction = 1}, report); }),
              HasSubstr("none.jsonl"));
  options.path = folder.path().string();
  EXPECT_THAT(message_of([&] { (void)read_examples(options, {.max_bad_fraction = 1}, report); }),
              HasSubstr("has no files"));
}

TEST(FileTest, FaultyTemplateIsRefused) {
  DatasetOptions options;
  options.prompt_template = "{context}";
  EXPECT_THAT(message_of([&] { (void)read_text(options, dolly_line("q", "c", "closed_qa")); }),
              HasSubstr("{query} is missing"));
}

}  // namespace
}  // namespace at2
