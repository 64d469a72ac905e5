#include "base/errors.h"
#include "data/characters.h"
#include "data/formats.h"
#include "data/json_fields.h"

namespace at2 {
namespace {

using nlohmann::json;

/// A text, or {title, text} whose title goes before it on a line of its own.
std::string document_of(const json& entry) {
  if (entry.is_string()) return entry.get<std::string>();
  if (!entry.is_object()) {
    throw RecordError("wrong type of \"documents\"", "expected texts or {title, text}, got " + start_of(entry));
  }
  const std::string title = optional_text(entry, "title").value_or("");
  const std::string text = text_member(entry, "text");
  return title.empty() ? text : title + "\n" + text;
}

std::vector<std::string> passages_of(const json& record) {
  const json* context = find_member(record, "context");
  const json* documents = find_member(record, "documents");
  if (context != nullptr && documents != nullptr) {
    throw RecordError("\"context\" and \"documents\"", "a record has one of them");
  }
  if (context == nullptr && documents == nullptr && !record.contains("context") && !record.contains("documents")) {
    throw RecordError("missing key \"context\"", "nor is there \"documents\"; write \"context\": null for none");
  }
  std::vector<std::string> passages;
  if (context != nullptr) passages.push_back(text_of(*context, "context"));
  if (documents != nullptr) {
    for (const json& entry : list_member(record, "documents")) passages.push_back(document_of(entry));
  }
  std::erase_if(passages, [](const std::string& passage) { return strip(passage).empty(); });
  return passages;
}

ParsedRecord parse(const json& record) {
  RecordTexts texts;
  texts.id = id_member(record, "id");
  texts.query = question_member(record, "query");
  texts.passages = passages_of(record);
  texts.answer = optional_text(record, "answer");
  texts.response = optional_text(record, "response");
  if (texts.response && strip(*texts.response).empty()) {
    throw RecordError("empty response", "\"response\" has no text; leave it out to have one generated");
  }
  return {std::move(texts), ""};
}

}  // namespace

void read_jsonl(TextInput& file, const TakeRecord& take) { read_json_records(file, take, parse); }

}  // namespace at2
