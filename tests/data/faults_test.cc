// The same faults in every format: counted, reported with their place, skipped; good records around them are read.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "config/enum_text.h"
#include "data/read_text.h"

namespace at2 {
namespace {

using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::HasSubstr;

/// A format, and a way to write a record with this context and question, both as they stand in the file.
struct Layout {
  DatasetFormat format;
  std::function<std::string(const std::string& context, const std::string& question)> record;
  /// What joins the records of a file, and what stands around them.
  std::string separator = "\n";
  std::string begin = "";
  std::string end = "\n";
  /// Where a format counts an empty context as not belonging instead of as a fault.
  std::string empty_context = "empty context";
};

std::string quoted(const std::string& text) { return '"' + text + '"'; }

std::vector<Layout> layouts() {
  const auto flat = [](const char* context_key, const char* question_key) {
    return [=](const std::string& context, const std::string& question) {
      return R"({")" + std::string(context_key) + "\": " + context + ", \"" + question_key + "\": " + question + "}";
    };
  };
  return {
      {.format = DatasetFormat::dolly, .record = flat("context", "instruction"), .empty_context = "no context"},
      {.format = DatasetFormat::hotpotqa,
       .record =
           [](const std::string& context, const std::string& question) {
             return R"({"_id": "x", "question": )" + question + R"(, "context": [["", [)" + context + "]]]}";
           },
       .separator = ",\n",
       .begin = "[",
       .end = "]\n"},
      {.format = DatasetFormat::ms_marco,
       .record =
           [](const std::string& context, const std::string& question) {
             return R"({"query": )" + question + R"(, "passages": [{"passage_text": )" + context + "}]}";
           }},
      {.format = DatasetFormat::natural_questions,
       .record =
           [](const std::string& context, const std::string& question) {
             const std::string html =
                 context.front() == '"' ? "\"<p>" + context.substr(1, context.size() - 2) + "</p>\"" : context;
             return R"({"question_text": )" + question + R"(, "annotations": [{"long_answer": {"start_byte": 0, )" +
                    R"("end_byte": 3}, "short_answers": []}], "document_html": )" + html + "}";
           },
       .empty_context = "no context"},
      {.format = DatasetFormat::drop,
       .record =
           [](const std::string& context, const std::string& question) {
             return R"("x": {"passage": )" + context + R"(, "qa_pairs": [{"question": )" + question + "}]}";
           },
       .separator = ",\n",
       .begin = "{",
       .end = "}\n"},
      {.format = DatasetFormat::agieval, .record = flat("passage", "question"), .empty_context = "no context"},
      {.format = DatasetFormat::jsonl, .record = flat("context", "query"), .empty_context = "no context"},
  };
}

void PrintTo(const Layout& layout, std::ostream* stream) { *stream << to_text(layout.format); }

class FaultsTest : public ::testing::TestWithParam<Layout> {
 protected:
  static Outcome read(const std::vector<std::string>& records) {
    const Layout& layout = GetParam();
    std::string content = layout.begin;
    for (const std::string& record : records) content += (&record == &records.front() ? "" : layout.separator) + record;
    return read_text(layout.format, content + layout.end, {.max_bad_fraction = 1});
  }
  static std::string record(const std::string& context, const std::string& question = quoted("Q?")) {
    return GetParam().record(context, question);
  }
  /// The one reason why the middle one of three records is dropped.
  static std::string reason(const std::string& middle) {
    const auto [examples, report] = read({record(quoted("One.")), middle, record(quoted("Three."))});
    EXPECT_EQ(examples.size(), 2U);
    EXPECT_EQ(report.read, 3);
    EXPECT_EQ(report.bad + report.filtered, 1);
    if (report.bad == 1) {
      EXPECT_THAT(report.first_bad.at(0),
                  AllOf(HasSubstr("records:2: "), HasSubstr(report.dropped_by_reason.begin()->first)));
    }
    return report.dropped_by_reason.size() == 1 ? report.dropped_by_reason.begin()->first : "";
  }
};

TEST_P(FaultsTest, BrokenJson) { EXPECT_EQ(reason(record("nonsense")), "broken JSON"); }

TEST_P(FaultsTest, NumbersThatNothingCanHold) {
  EXPECT_THAT(reason(record("1e99999")), AnyOf("broken JSON", HasSubstr("wrong type of ")));
}

TEST_P(FaultsTest, NestingThatNoReaderCouldFollow) {
  const std::string deep = std::string(300000, '[') + std::string(300000, ']');
  EXPECT_EQ(reason(record(deep)), "nested too deeply");
}

TEST_P(FaultsTest, WrongTypes) {
  EXPECT_THAT(reason(record("5")), HasSubstr("wrong type of "));
  EXPECT_THAT(reason(record(quoted("One."), "[1, 2]")), HasSubstr("wrong type of "));
}

TEST_P(FaultsTest, EmptyQuestionAndEmptyContext) {
  EXPECT_EQ(reason(record(quoted("One."), quoted(" \\n"))), "empty question");
  EXPECT_EQ(reason(record(quoted(" \\n"))), GetParam().empty_context);
}

TEST_P(FaultsTest, InvalidUtf8) {
  EXPECT_EQ(reason(record(quoted("a\xFF"))), "invalid UTF-8");
  EXPECT_EQ(reason(record(quoted("One."), quoted("\xC3"))), "invalid UTF-8");
}

TEST_P(FaultsTest, AContextOf100000CharactersIsKeptOrFilteredByThePapersLimit) {
  const auto [examples, report] = read({record(quoted(std::string(100000, 'x'))), record(quoted("Two."))});
  const bool limited =
      GetParam().format == DatasetFormat::dolly || GetParam().format == DatasetFormat::natural_questions;
  EXPECT_EQ(examples.size(), limited ? 1U : 2U);
  EXPECT_EQ(report.filtered, limited ? 1 : 0);
  if (limited) {
    EXPECT_THAT(report.dropped_by_reason.begin()->first, HasSubstr("longer than"));
  }
}

TEST_P(FaultsTest, AFileThatIsCutOffIsAFaultOfItsLastLineOrOfTheFile) {
  const Layout& layout = GetParam();
  const std::string first = layout.begin + record(quoted("One.")) + layout.separator;
  const std::string cut = first + record(quoted("Two.")).substr(0, 20);
  if (layout.separator == "\n") {
    const auto [examples, report] = read_text(layout.format, cut, {.max_bad_fraction = 1});
    EXPECT_EQ(examples.size(), 1U);
    EXPECT_EQ(report.dropped_by_reason.at("broken JSON"), 1);
  } else {
    EXPECT_THAT(message_of([&] { (void)read_text(layout.format, cut, {.max_bad_fraction = 1}); }),
                HasSubstr("records ends within record 2, which starts near line 2"));
  }
}

INSTANTIATE_TEST_SUITE_P(Formats, FaultsTest, ::testing::ValuesIn(layouts()),
                         [](const auto& test) { return std::string(to_text(test.param.format)); });

TEST(CnnFaultsTest, FaultsAreCounted) {
  const auto [examples, report] = read_text(DatasetFormat::cnn_dailymail,
                                            "{\"id\": \"a\", \"article\n{\"id\": \"b\"}\n"
                                            "{\"article\": 5}\n{\"article\": \"\"}\n{\"article\": \"\xFF\"}\n"
                                            "{\"article\": \"One.\"}\n{\"article\": \"" +
                                                std::string(100000, 'x') + "\"}\n");
  EXPECT_EQ(examples.size(), 2U);
  EXPECT_EQ(report.bad, 5);
  EXPECT_EQ(report.dropped_by_reason.size(), 5U);
}

}  // namespace
}  // namespace at2
