#include "base/errors.h"
#include "data/characters.h"
#include "data/formats.h"
#include "data/json_fields.h"
#include "data/record_split.h"

namespace at2 {
namespace {

using nlohmann::json;

void append(std::string& text, const std::string& part, const char* separator) {
  if (!part.empty()) text.append(text.empty() ? "" : separator).append(part);
}

/// A number, a date or spans of the passage: whichever is not empty.
std::optional<std::string> answer_of(const json& pair) {
  const json* answer = find_member(pair, "answer");
  if (answer == nullptr) return std::nullopt;
  if (!answer->is_object())
    throw RecordError("wrong type of \"answer\"", "expected an object, got " + start_of(*answer));
  std::string text = id_member(*answer, "number");
  if (const json* date = find_member(*answer, "date"); date != nullptr && date->is_object() && text.empty()) {
    for (const char* part : {"day", "month", "year"}) append(text, id_member(*date, part), " ");
  }
  if (text.empty()) {
    for (const std::string& span : optional_texts(*answer, "spans")) append(text, span, ", ");
  }
  return text.empty() ? std::nullopt : std::optional<std::string>(text);
}

ParsedRecord parse(const std::string& passage, const json& pair) {
  if (!pair.is_object()) throw RecordError("not a JSON object", start_of(pair));
  RecordTexts texts;
  texts.id = id_member(pair, "query_id");
  texts.query = question_member(pair, "question");
  texts.passages = {passage};
  texts.answer = answer_of(pair);
  return {std::move(texts), ""};
}

/// A member `"id": {passage, qa_pairs}`. \throws RecordError if none of its questions can be reached
json entry_of(const RawRecord& raw) {
  json entries = parse_json("{" + raw.text + "}");
  if (entries.size() != 1) throw RecordError("broken JSON", "a member of an object is not one");
  json entry = std::move(entries.begin().value());
  if (!entry.is_object()) throw RecordError("not a JSON object", start_of(entry));
  if (strip(text_member(entry, "passage")).empty()) throw RecordError("empty context", "\"passage\" has no text");
  static_cast<void>(list_member(entry, "qa_pairs"));
  return entry;
}

}  // namespace

void read_drop(TextInput& file, const TakeRecord& take) {
  if (file.skip_space() != '{') {
    throw UserError(file.path().string() + " is not a DROP file", "it does not start with {, as a JSON object does",
                    "check the path and the data set's format");
  }
  cut_elements(file, [&take](const RawRecord& raw) {
    json entry;
    try {
      entry = entry_of(raw);
    } catch (const RecordError&) {
      // The passage as a whole is one faulty record.
      take(raw.line, []() -> ParsedRecord { throw; });
      return;
    }
    const auto passage = entry["passage"].get<std::string>();
    for (const json& pair : entry["qa_pairs"]) take(raw.line, [&] { return parse(passage, pair); });
  });
  expect_end(file);
}

}  // namespace at2
