#include <algorithm>
#include <map>
#include <string_view>

#include "base/errors.h"
#include "data/characters.h"
#include "data/formats.h"
#include "data/json_fields.h"
#include "data/record_split.h"

namespace at2 {
namespace {

using nlohmann::json;

struct Passage {
  std::string text;
  bool selected = false;
};

bool is_selected(const json& flag) {
  if (flag.is_number_integer()) return flag.get<std::int64_t>() != 0;
  if (flag.is_boolean()) return flag.get<bool>();
  throw RecordError("wrong type of \"is_selected\"", "expected 0 or 1, got " + start_of(flag));
}

Passage passage_of(const json& entry) {
  if (!entry.is_object()) throw RecordError("wrong type of \"passages\"", "expected objects, got " + start_of(entry));
  const json* flag = find_member(entry, "is_selected");
  return {text_member(entry, "passage_text"), flag != nullptr && is_selected(*flag)};
}

/// A list of objects, or (as Hugging Face stores it) an object of lists.
std::vector<Passage> passages_of(const json& passages) {
  std::vector<Passage> list;
  if (passages.is_array()) {
    for (const json& entry : passages) list.push_back(passage_of(entry));
    return list;
  }
  if (!passages.is_object()) {
    throw RecordError("wrong type of \"passages\"", "expected a list, got " + start_of(passages));
  }
  for (const json& text : list_member(passages, "passage_text")) list.push_back({text_of(text, "passage_text"), false});
  const json* flags = find_member(passages, "is_selected");
  for (std::size_t i = 0; flags != nullptr && i < list.size() && i < flags->size(); ++i) {
    list[i].selected = is_selected(flags->at(i));
  }
  return list;
}

/// The first answer. Sets without answers lack the key, or have "" or [] there; v2.1 says so in words.
std::optional<std::string> answer_of(const json& answers) {
  if (!answers.is_array() || answers.empty()) return std::nullopt;
  std::string answer = text_of(answers.front(), "answers");
  return answer == "No Answer Present." ? std::nullopt : std::optional(std::move(answer));
}

ParsedRecord make_record(RecordTexts texts, const json& passages) {
  if (strip(texts.query).empty()) throw RecordError("empty question", "\"query\" has no text");
  for (Passage& passage : passages_of(passages)) {
    if (strip(passage.text).empty()) continue;
    if (passage.selected) texts.supporting.push_back(std::ssize(texts.passages));
    texts.passages.push_back(std::move(passage.text));
  }
  if (texts.passages.empty()) throw RecordError("empty context", "no passage has text");
  return {std::move(texts), ""};
}

ParsedRecord parse(const json& record) {
  RecordTexts texts;
  texts.id = id_member(record, "query_id");
  texts.query = question_member(record, "query");
  if (const json* answers = find_member(record, "answers")) texts.answer = answer_of(*answers);
  return make_record(std::move(texts), member(record, "passages"));
}

/// Whether a file begins with a column: {"...": {"0": ...
bool has_columns(std::string_view start) {
  const auto takes = [&start](char sign) {
    start.remove_prefix(std::min(start.find_first_not_of(" \t\r\n"), start.size()));
    if (!start.starts_with(sign)) return false;
    start.remove_prefix(1);
    return true;
  };
  if (!takes('{') || !takes('"')) return false;
  start.remove_prefix(std::min(start.find('"'), start.size()));
  return takes('"') && takes(':') && takes('{') && takes('"') && !start.empty() && start[0] >= '0' && start[0] <= '9';
}

/// The one member of `"key": value`. \throws RecordError
std::pair<std::string, json> member_of(const RawRecord& raw) {
  json object = parse_json("{" + raw.text + "}");
  if (object.size() != 1) throw RecordError("broken JSON", "a member of an object is not one");
  return {object.begin().key(), std::move(object.begin().value())};
}

/// Calls `row` for every member of the column `name`, and skips the other columns.
template <typename Row>
void read_columns(TextInput& file, const Row& row) {
  const auto refuse = [&file] {
    throw UserError(file.path().string() + ":" + std::to_string(file.line()) + ": not a column",
                    "a v2.1 file is an object of columns, each an object of rows", "fetch the file again");
  };
  static_cast<void>(file.skip_space());
  file.get();
  for (int byte = ','; byte == ','; byte = file.get()) {
    if (file.skip_space() != '"') refuse();
    file.get();
    std::string name;
    for (byte = file.get(); byte != '"' && byte != TextInput::kEnd; byte = file.get()) {
      name.push_back(static_cast<char>(byte));
    }
    if (file.skip_space() != ':') refuse();
    file.get();
    cut_elements(file, [&](const RawRecord& raw) { row(name, raw); });
    static_cast<void>(file.skip_space());
    if (file.peek() != ',' && file.peek() != '}') refuse();
  }
  expect_end(file);
}

/// What the short columns hold of each row: all but the passages.
using Rows = std::map<std::string, RecordTexts>;

Rows read_short_columns(const std::filesystem::path& path) {
  Rows rows;
  TextInput file(path);
  read_columns(file, [&rows](const std::string& column, const RawRecord& raw) {
    if (column != "query" && column != "query_id" && column != "answers") return;
    try {
      const auto [key, value] = member_of(raw);
      if (column == "query" && value.is_string()) rows[key].query = value;
      if (column == "query_id") rows[key].id = value.is_string() ? value.get<std::string>() : value.dump();
      if (column == "answers") rows[key].answer = answer_of(value);
    } catch (const RecordError&) {
      // The row is found faulty when its passages are read: it has no query. A broken id or answer does no harm.
    }
  });
  return rows;
}

void read_columns_as_records(TextInput& file, const TakeRecord& take) {
  Rows rows = read_short_columns(file.path());
  read_columns(file, [&](const std::string& column, const RawRecord& raw) {
    if (column != "passages") return;
    take(raw.line, [&] {
      const auto [key, value] = member_of(raw);
      const auto found = rows.find(key);
      if (found == rows.end()) throw RecordError("missing key \"query\"", "row " + key);
      return make_record(std::move(found->second), value);
    });
  });
}

}  // namespace

void read_ms_marco(TextInput& file, const TakeRecord& take) {
  if (has_columns(file.ahead())) {
    read_columns_as_records(file, take);
  } else {
    read_json_records(file, take, parse);
  }
}

}  // namespace at2
