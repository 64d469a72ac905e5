#include "data/formats.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "base/errors.h"
#include "data/characters.h"

namespace at2 {
namespace {

using nlohmann::json;

/// The first characters of a value, in ASCII so that none is cut in two.
std::string start_of(const json& value) { return value.dump(-1, ' ', true).substr(0, 40); }

const json& member(const json& record, const std::string& key) {
  const auto found = record.find(key);
  if (found == record.end()) throw RecordError("missing key \"" + key + "\"", "");
  return *found;
}

std::string text_of(const json& value, const std::string& key) {
  if (!value.is_string()) throw RecordError("wrong type of \"" + key + "\"", "expected a text, got " + start_of(value));
  return value.get<std::string>();
}

std::string question_of(const json& record, const std::string& key) {
  std::string question = text_of(member(record, key), key);
  if (strip(question).empty()) throw RecordError("empty question", "\"" + key + "\" has no text");
  return question;
}

/// The reference answer, which users' own files need not have.
std::optional<std::string> answer_of(const json& record, const std::string& key) {
  const auto found = record.find(key);
  if (found == record.end() || found->is_null()) return std::nullopt;
  return text_of(*found, key);
}

/// The categories that the paper keeps: those of Dolly whose records have a context.
bool is_kept_category(const json& record) {
  constexpr std::array<std::string_view, 3> kKept{"summarization", "information_extraction", "closed_qa"};
  const auto found = record.find("category");
  if (found == record.end()) return true;
  const std::string category = text_of(*found, "category");
  return std::find(kKept.begin(), kKept.end(), category) != kKept.end();
}

ParsedRecord parse_dolly(const json& record, std::int64_t line) {
  if (!is_kept_category(record)) return {std::nullopt, "other category"};
  RecordTexts texts;
  texts.id = "dolly-" + std::to_string(line);
  texts.query = question_of(record, "instruction");
  texts.passages = {text_of(member(record, "context"), "context")};
  texts.response = answer_of(record, "response");
  if (strip(texts.passages.front()).empty()) return {std::nullopt, "no context"};
  return {std::move(texts), ""};
}

/// One element of "context": [title, [sentences]]. Sentences carry their own leading spaces.
std::string passage_of(const json& entry) {
  if (!entry.is_array() || entry.size() != 2 || !entry[1].is_array()) {
    throw RecordError("wrong type of \"context\"", "expected [title, [sentences]], got " + start_of(entry));
  }
  std::string body;
  for (const json& sentence : entry[1]) body += text_of(sentence, "context");
  const std::string title = text_of(entry[0], "context");
  return strip(body).empty() ? title : title + "\n" + std::string(strip(body));
}

ParsedRecord parse_hotpotqa(const json& record) {
  RecordTexts texts;
  texts.id = "hotpotqa-" + text_of(member(record, "_id"), "_id");
  texts.query = question_of(record, "question");
  texts.response = answer_of(record, "answer");
  const json& context = member(record, "context");
  if (!context.is_array()) throw RecordError("wrong type of \"context\"", "expected a list of passages");
  for (const json& entry : context) {
    std::string passage = passage_of(entry);
    if (!strip(passage).empty()) texts.passages.push_back(std::move(passage));
  }
  if (texts.passages.empty()) throw RecordError("empty context", "no passage has text");
  return {std::move(texts), ""};
}

}  // namespace

ParsedRecord parse_record(DatasetFormat format, const json& record, std::int64_t line) {
  if (!record.is_object()) throw RecordError("not a JSON object", start_of(record));
  return format == DatasetFormat::dolly ? parse_dolly(record, line) : parse_hotpotqa(record);
}

}  // namespace at2
