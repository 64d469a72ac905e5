#include "data/readers.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <numeric>
#include <set>

#include "base/errors.h"
#include "base/hash.h"
#include "base/mapped_file.h"
#include "base/random.h"
#include "data/characters.h"
#include "data/formats.h"
#include "data/prompt_template.h"
#include "data/record_split.h"
#include "text/utf8.h"

namespace at2 {
namespace {

constexpr std::size_t kShownBadRecords = 5;

/// Whole content of a file that is known to have some.
std::string_view text_of(const MappedFile& file) {
  const auto bytes = file.bytes();
  std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  if (strip(text).empty()) {
    throw UserError(file.path().string() + " is empty", "it has no records", "check the path, or fetch the file again");
  }
  return text;
}

std::vector<RawRecord> split(DatasetFormat format, std::string_view text, const std::string& path) {
  if (format == DatasetFormat::hotpotqa) return split_array(text, path);
  if (strip(text).front() == '[') {
    throw UserError(path + " is not a file of JSON lines", "it starts with [, as a JSON array does",
                    "check the path and the dataset's format; a JSON array is format hotpotqa");
  }
  return record_lines(text);
}

nlohmann::json parse_json(std::string_view text) {
  if (const auto byte = find_invalid_utf8(text)) {
    throw RecordError("invalid UTF-8", "at byte " + std::to_string(*byte) + " of the record");
  }
  try {
    return nlohmann::json::parse(text);
  } catch (const nlohmann::json::parse_error& error) {
    throw RecordError("broken JSON", error.what());
  }
}

/// Turns records into examples and counts what is dropped.
class Reader {
 public:
  Reader(const DatasetOptions& options, ReadReport& report)
      : options_(&options),
        template_(options.prompt_template.empty() ? default_prompt_template(options.format) : options.prompt_template),
        report_(&report) {}

  std::vector<Example> read(const std::vector<RawRecord>& records) {
    std::vector<Example> examples;
    for (const RawRecord& record : records) {
      ++report_->read;
      try {
        if (auto example = read_one(record)) examples.push_back(std::move(*example));
      } catch (const RecordError& error) {
        ++report_->bad;
        ++report_->dropped_by_reason[error.reason()];
        if (report_->first_bad.size() < kShownBadRecords) {
          report_->first_bad.push_back(options_->path + ":" + std::to_string(record.line) + ": " + error.what());
        }
      }
    }
    report_->kept = static_cast<std::int64_t>(examples.size());
    return examples;
  }

 private:
  std::optional<Example> read_one(const RawRecord& record) {
    ParsedRecord parsed = parse_record(options_->format, parse_json(record.text), record.line);
    if (!parsed.texts) return drop(parsed.filtered_because);
    FilledPrompt prompt = template_.fill(parsed.texts->passages, parsed.texts->query);
    if (options_->format == DatasetFormat::dolly && count_characters(prompt.content) > kMaxDollyCharacters) {
      return drop("longer than " + std::to_string(kMaxDollyCharacters) + " characters");
    }
    return Example{.id = unique(parsed.texts->id),
                   .content = std::move(prompt.content),
                   .context = prompt.context,
                   .passages = std::move(prompt.passages),
                   .query = std::move(parsed.texts->query),
                   .response = std::move(parsed.texts->response)};
  }

  std::nullopt_t drop(const std::string& reason) {
    ++report_->filtered;
    ++report_->dropped_by_reason[reason];
    return std::nullopt;
  }

  std::string unique(const std::string& id) {
    std::string candidate = id;
    for (int copy = 2; !ids_.insert(candidate).second; ++copy) candidate = id + "-" + std::to_string(copy);
    return candidate;
  }

  const DatasetOptions* options_;
  PromptTemplate template_;
  ReadReport* report_;
  std::set<std::string> ids_;
};

std::string describe(const ReadReport& report) {
  std::string text;
  for (const auto& [reason, count] : report.dropped_by_reason) {
    text.append(text.empty() ? "" : ", ").append(std::to_string(count) + " x " + reason);
  }
  for (const std::string& record : report.first_bad) text.append("\n  ").append(record);
  return text;
}

void check(const ReadReport& report, const std::string& path, double max_bad_fraction) {
  const auto largest = max_bad_fraction * static_cast<double>(report.read);
  if (static_cast<double>(report.bad) > largest) {
    throw UserError(
        std::to_string(report.bad) + " of " + std::to_string(report.read) + " records of " + path + " are unusable",
        describe(report), "correct the records, or raise data.max_bad_fraction");
  }
  if (report.kept == 0) {
    throw UserError("no record of " + path + " is usable", report.read == 0 ? "it has no records" : describe(report),
                    "check that the file and the dataset's format belong together");
  }
}

/// Keeps the `count` examples with the smallest random keys, in file order. A key depends on the example's text alone.
std::vector<Example> select(std::vector<Example> examples, std::size_t count, std::uint64_t seed) {
  std::vector<std::uint64_t> keys;
  for (const Example& example : examples)
    keys.push_back(RandomStream(seed, "select", {hash64(example.content)}).next());
  std::vector<std::size_t> order(examples.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&keys](std::size_t a, std::size_t b) { return keys[a] < keys[b]; });
  order.resize(count);
  std::sort(order.begin(), order.end());
  std::vector<Example> selected;
  for (const std::size_t index : order) selected.push_back(std::move(examples[index]));
  return selected;
}

}  // namespace

std::vector<Example> read_examples(const DatasetOptions& options, std::uint64_t seed, double max_bad_fraction,
                                   ReadReport& report) {
  report = {};
  if (options.path.empty()) {
    throw UserError("no data set file is given", "its path is empty", "set data.train.path and data.evaluation.path");
  }
  Reader reader(options, report);
  const MappedFile file(options.path);
  std::vector<Example> examples = reader.read(split(options.format, text_of(file), options.path));
  check(report, options.path, max_bad_fraction);
  const auto wanted = static_cast<std::size_t>(options.max_examples);
  if (wanted != 0 && wanted < examples.size()) examples = select(std::move(examples), wanted, seed);
  report.selected = static_cast<std::int64_t>(examples.size());
  return examples;
}

}  // namespace at2
