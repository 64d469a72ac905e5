#include <set>

#include "base/errors.h"
#include "data/characters.h"
#include "data/formats.h"
#include "data/json_fields.h"

namespace at2 {
namespace {

using nlohmann::json;

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

/// Titles of "supporting_facts": [[title, sentence]], which test sets lack.
std::set<std::string> supporting_titles(const json& record) {
  std::set<std::string> titles;
  const json* facts = find_member(record, "supporting_facts");
  if (facts == nullptr) return titles;
  for (const json& fact : *facts) {
    if (!fact.is_array() || fact.empty()) {
      throw RecordError("wrong type of \"supporting_facts\"", "expected [title, sentence], got " + start_of(fact));
    }
    titles.insert(text_of(fact[0], "supporting_facts"));
  }
  return titles;
}

ParsedRecord parse(const json& record) {
  RecordTexts texts;
  texts.id = text_member(record, "_id");
  texts.query = question_member(record, "question");
  texts.answer = optional_text(record, "answer");
  const std::set<std::string> titles = supporting_titles(record);
  for (const json& entry : list_member(record, "context")) {
    std::string passage = passage_of(entry);
    if (strip(passage).empty()) continue;
    if (titles.contains(entry[0].get<std::string>())) texts.supporting.push_back(std::ssize(texts.passages));
    texts.passages.push_back(std::move(passage));
  }
  if (texts.passages.empty()) throw RecordError("empty context", "no passage has text");
  return {std::move(texts), ""};
}

}  // namespace

void read_hotpotqa(TextInput& file, const TakeRecord& take) { read_json_records(file, take, parse); }

}  // namespace at2
