#include <algorithm>
#include <array>

#include "app/inspect_parts.h"
#include "base/errors.h"
#include "config/enum_text.h"
#include "data/data_files.h"
#include "data/formats.h"
#include "data/readers.h"
#include "data/text_input.h"

namespace at2 {
namespace {

namespace fs = std::filesystem;

/// A key that is only in files of a format, in the order in which they are tried.
struct Mark {
  DatasetFormat format;
  std::vector<std::string_view> keys;
};

const std::vector<Mark>& marks() {
  static const std::vector<Mark> all = {
      {DatasetFormat::natural_questions, {"\"question_text\"", "\"annotations\""}},
      {DatasetFormat::natural_questions, {"\"document_html\""}},
      {DatasetFormat::hotpotqa, {"\"supporting_facts\"", "\"_id\""}},
      {DatasetFormat::drop, {"\"qa_pairs\"", "\"passage\""}},
      {DatasetFormat::cnn_dailymail, {"\"article\"", "\"highlights\""}},
      {DatasetFormat::ms_marco, {"\"passage_text\""}},
      {DatasetFormat::agieval, {"\"passage\"", "\"options\"", "\"label\""}},
      {DatasetFormat::dolly, {"\"instruction\"", "\"category\""}},
      {DatasetFormat::jsonl, {"\"query\"", "\"context\""}},
      {DatasetFormat::jsonl, {"\"query\"", "\"documents\""}},
  };
  return all;
}

bool is_opinions_table(std::string_view start) {
  const std::string_view header = start.substr(0, start.find('\n'));
  return header.find("question") != std::string_view::npos && header.find("options") != std::string_view::npos &&
         header.find(',') != std::string_view::npos;
}

std::optional<DatasetFormat> format_of(const fs::path& file) {
  TextInput text(file);
  const int first = text.skip_space();
  const std::string_view start = text.ahead();
  if (first != '{' && first != '[') {
    return is_opinions_table(start) ? std::optional(DatasetFormat::global_opinions) : std::nullopt;
  }
  for (const Mark& mark : marks()) {
    const bool has_all = std::all_of(mark.keys.begin(), mark.keys.end(),
                                     [&](std::string_view key) { return start.find(key) != std::string_view::npos; });
    if (has_all) return mark.format;
  }
  return std::nullopt;
}

void add_report(Inspection& inspection, const ReadReport& report) {
  inspection["files"] = report.files;
  inspection["records"] = report.read;
  inspection["usable"] = report.kept;
  inspection["left_out"] = report.filtered;
  inspection["faulty"] = report.bad;
  if (!report.dropped_by_reason.empty()) inspection["left_out_because"] = report.dropped_by_reason;
  if (!report.first_bad.empty()) inspection["first_faulty"] = report.first_bad;
}

/// Of the examples that were looked at.
void add_lengths(Inspection& inspection, const std::vector<Example>& examples) {
  if (examples.empty()) return;
  std::vector<std::int64_t> lengths;
  std::int64_t passages = 0;
  for (const Example& example : examples) {
    lengths.push_back(std::ssize(example.content));
    passages += std::ssize(example.passages);
  }
  std::sort(lengths.begin(), lengths.end());
  inspection["prompt_bytes"] = {
      {"shortest", lengths.front()}, {"median", lengths[lengths.size() / 2]}, {"longest", lengths.back()}};
  inspection["passages_of_each"] = static_cast<double>(passages) / static_cast<double>(examples.size());
  inspection["with_a_response"] =
      std::count_if(examples.begin(), examples.end(), [](const Example& e) { return e.response.has_value(); });
  inspection["first_example"] = examples.front().id;
}

/// All records are read; that many usable ones are kept to look at.
constexpr std::int64_t kLookedAt = 1000;

}  // namespace

std::optional<Inspection> inspect_data_set(const fs::path& path) {
  if (fs::is_directory(path) && fs::is_empty(path)) return std::nullopt;
  std::optional<DatasetFormat> format;
  try {
    format = format_of(data_files(path.string()).front());
  } catch (const UserError&) {
    // A folder without files of data; one that cannot be read is refused by its first bytes.
    if (!fs::is_directory(path)) throw;
  }
  if (!format) return std::nullopt;
  Inspection inspection = begin_inspection(path, "data set");
  inspection["format"] = to_text(*format);
  DatasetOptions options;
  options.format = *format;
  options.path = path.string();
  options.max_examples = kLookedAt;
  ReadRules rules;
  // What a run bears is told by a check; here all records are looked at.
  rules.max_bad_fraction = 1;
  rules.without_context = WithoutContext::keep;
  ReadReport report;
  inspection["checks"] = Inspection::array();
  add_check(
      inspection, "records",
      [&] {
        const std::vector<Example> examples = read_examples(options, rules, report);
        add_lengths(inspection, examples);
        const double allowed = DataOptions{}.max_bad_fraction;
        if (static_cast<double>(report.bad) <= allowed * static_cast<double>(report.read)) return;
        throw UserError(std::to_string(report.bad) + " of " + std::to_string(report.read) + " records are faulty",
                        "a run bears a share of " + std::to_string(allowed).substr(0, 4) + " (data.max_bad_fraction)",
                        "correct those that are named above");
      },
      "they can be read");
  add_report(inspection, report);
  inspection["use"] =
      "data.train or data.evaluation: {format: " + std::string(to_text(*format)) + ", path: " + path.string() + "}";
  return inspection;
}

}  // namespace at2
