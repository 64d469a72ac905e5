#include "app/examples_file.h"

#include <fstream>

#include "base/atomic_file.h"
#include "base/errors.h"
#include "base/hash.h"
#include "config/enum_text.h"
#include "data/data_files.h"
#include "data/selection.h"
#include "store/shard_folder.h"

namespace at2 {
namespace {

using nlohmann::json;

constexpr int kVersion = 1;

json to_json(CharRange range) { return {range.begin, range.end}; }
CharRange range_of(const json& pair) { return {pair.at(0).get<std::int64_t>(), pair.at(1).get<std::int64_t>()}; }

json to_json(const std::optional<std::string>& text) { return text ? json(*text) : json(nullptr); }
std::optional<std::string> optional_of(const json& text) {
  return text.is_null() ? std::nullopt : std::optional(text.get<std::string>());
}

json to_json(const Example& example) {
  json passages = json::array();
  for (const CharRange& passage : example.passages) passages.push_back(to_json(passage));
  return {{"id", example.id},
          {"content", example.content},
          {"context", to_json(example.context)},
          {"passages", passages},
          {"query", example.query},
          {"answer", to_json(example.answer)},
          {"response", to_json(example.response)},
          {"supporting", example.supporting}};
}

Example example_of(const json& record) {
  Example example;
  record.at("id").get_to(example.id);
  record.at("content").get_to(example.content);
  example.context = range_of(record.at("context"));
  for (const json& pair : record.at("passages")) example.passages.push_back(range_of(pair));
  record.at("query").get_to(example.query);
  example.answer = optional_of(record.at("answer"));
  example.response = optional_of(record.at("response"));
  record.at("supporting").get_to(example.supporting);
  return example;
}

json to_json(const ReadReport& report) {
  return {{"files", report.files},
          {"read", report.read},
          {"kept", report.kept},
          {"selected", report.selected},
          {"filtered", report.filtered},
          {"bad", report.bad},
          {"dropped_by_reason", report.dropped_by_reason}};
}

ReadReport report_of(const json& record) {
  ReadReport report;
  record.at("files").get_to(report.files);
  record.at("read").get_to(report.read);
  record.at("kept").get_to(report.kept);
  record.at("selected").get_to(report.selected);
  record.at("filtered").get_to(report.filtered);
  record.at("bad").get_to(report.bad);
  record.at("dropped_by_reason").get_to(report.dropped_by_reason);
  return report;
}

/// \param fingerprint  that the file must have; any if it is null
/// \return nothing if it has another
std::optional<ChosenExamples> read_file(const std::filesystem::path& file, const std::string* fingerprint) {
  std::ifstream stream(file);
  if (!stream)
    throw UserError("cannot read " + file.string(), "no such file, or no permission", "at2 generate makes it");
  try {
    const json content = json::parse(stream);
    if (fingerprint != nullptr && content.at("fingerprint") != *fingerprint) return std::nullopt;
    ChosenExamples chosen;
    chosen.report = report_of(content.at("report"));
    for (const json& record : content.at("examples")) chosen.examples.push_back(example_of(record));
    return chosen;
  } catch (const json::exception& error) {
    throw UserError(file.string() + " is damaged", error.what(), "remove it: the next stage makes it again");
  }
}

}  // namespace

std::string choice_fingerprint(const DatasetOptions& options, const ReadRules& rules) {
  json parts = {kVersion,
                to_text(options.format),
                options.max_examples,
                options.prompt_template,
                options.prompt_template_without_context,
                to_text(options.part),
                rules.seed,
                rules.max_bad_fraction,
                to_text(rules.own_part),
                rules.train_part_examples,
                rules.without_context == WithoutContext::keep};
  // Left out where there is none, as by earlier versions.
  if (options.max_prompt_characters != 0) parts.push_back({"characters", options.max_prompt_characters});
  for (const std::filesystem::path& file : data_files(options.path)) {
    std::error_code ignored;
    const auto changed = std::filesystem::last_write_time(file, ignored).time_since_epoch().count();
    parts.push_back({file.string(), std::filesystem::file_size(file, ignored), changed});
  }
  return fingerprint(parts.dump(-1, ' ', false, json::error_handler_t::replace));
}

void write_chosen(const std::filesystem::path& file, const std::string& fingerprint, const ChosenExamples& chosen) {
  json examples = json::array();
  for (const Example& example : chosen.examples) examples.push_back(to_json(example));
  const json content = {{"fingerprint", fingerprint}, {"report", to_json(chosen.report)}, {"examples", examples}};
  prepare_folder(file.parent_path());
  remove_leftovers(file.parent_path());
  replace_file(file, content.dump(1) + "\n");
}

std::optional<ChosenExamples> read_chosen(const std::filesystem::path& file, const std::string& fingerprint) {
  if (!std::filesystem::exists(file)) return std::nullopt;
  return read_file(file, &fingerprint);
}

ChosenExamples read_chosen(const std::filesystem::path& file) { return *read_file(file, nullptr); }

std::string fingerprint_of(const std::vector<Example>& examples) {
  json all = json::array();
  for (const Example& example : examples) all.push_back(to_json(example));
  return fingerprint(all.dump());
}

std::string overlap_text(std::span<const Example> train, std::span<const Example> evaluation) {
  const std::int64_t shared = count_shared(train, evaluation);
  if (shared == 0) return "";
  return std::to_string(shared) + " of " + std::to_string(evaluation.size()) +
         " evaluation examples are training examples, too: theta has seen what it is measured on";
}

}  // namespace at2
