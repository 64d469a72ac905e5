#include "data/json_fields.h"

#include <algorithm>

#include "base/errors.h"
#include "base/json_depth.h"
#include "data/characters.h"
#include "data/record_split.h"
#include "text/utf8.h"

namespace at2 {

using nlohmann::json;

namespace {

[[noreturn]] void wrong_type(const json& value, const std::string& key, const char* expected) {
  throw RecordError("wrong type of \"" + key + "\"", std::string("expected ") + expected + ", got " + start_of(value));
}

}  // namespace

json parse_json(std::string_view text, std::initializer_list<std::string_view> unused) {
  if (const auto byte = find_invalid_utf8(text)) {
    throw RecordError("invalid UTF-8", "at byte " + std::to_string(*byte) + " of the record");
  }
  if (is_json_deeper_than(text, kDeepestJson)) {
    throw RecordError("nested too deeply", "more than " + std::to_string(kDeepestJson) + " levels");
  }
  try {
    if (unused.size() == 0) return json::parse(text);
    return json::parse(text, [unused](int, json::parse_event_t event, const json& value) {
      if (event != json::parse_event_t::key) return true;
      const auto& key = value.get_ref<const std::string&>();
      return std::find(unused.begin(), unused.end(), key) == unused.end();
    });
  } catch (const json::exception& error) {
    // Broken, or a number like 1e999 that nothing can hold.
    throw RecordError("broken JSON", error.what());
  }
}

void read_json_records(TextInput& file, const TakeRecord& take, ParsedRecord (*parse)(const json& record),
                       std::initializer_list<std::string_view> unused) {
  cut_records(file, [&](const RawRecord& raw) {
    take(raw.line, [&] {
      const json record = parse_json(raw.text, unused);
      if (!record.is_object()) throw RecordError("not a JSON object", start_of(record));
      return parse(record);
    });
  });
}

std::string start_of(const json& value) { return value.dump(-1, ' ', true).substr(0, 40); }

const json* find_member(const json& record, const std::string& key) {
  const auto found = record.find(key);
  return found == record.end() || found->is_null() ? nullptr : &*found;
}

const json& member(const json& record, const std::string& key) {
  const auto found = record.find(key);
  if (found == record.end()) throw RecordError("missing key \"" + key + "\"", "");
  return *found;
}

const json& list_member(const json& record, const std::string& key) {
  const json& value = member(record, key);
  if (!value.is_array()) wrong_type(value, key, "a list");
  return value;
}

std::string text_of(const json& value, const std::string& key) {
  if (!value.is_string()) wrong_type(value, key, "a text");
  return value.get<std::string>();
}

std::string text_member(const json& record, const std::string& key) { return text_of(member(record, key), key); }

std::optional<std::string> optional_text(const json& record, const std::string& key) {
  const json* value = find_member(record, key);
  if (value == nullptr) return std::nullopt;
  return text_of(*value, key);
}

std::string question_member(const json& record, const std::string& key) {
  std::string question = text_member(record, key);
  if (strip(question).empty()) throw RecordError("empty question", "\"" + key + "\" has no text");
  return question;
}

std::string id_member(const json& record, const std::string& key) {
  const json* value = find_member(record, key);
  if (value == nullptr) return "";
  if (value->is_number_integer()) return value->dump();
  if (!value->is_string()) wrong_type(*value, key, "a text or a whole number");
  return value->get<std::string>();
}

std::vector<std::string> optional_texts(const json& record, const std::string& key) {
  const json* value = find_member(record, key);
  if (value == nullptr) return {};
  if (!value->is_array()) wrong_type(*value, key, "a list of texts");
  std::vector<std::string> texts;
  for (const json& text : *value) texts.push_back(text_of(text, key));
  return texts;
}

}  // namespace at2
