#include "base/errors.h"
#include "data/characters.h"
#include "data/formats.h"
#include "data/json_fields.h"

namespace at2 {
namespace {

using nlohmann::json;

/// "label" is a letter, or a list of them where several options are right; without options there is an "answer".
std::optional<std::string> answer_of(const json& record) {
  const json* label = find_member(record, "label");
  if (label == nullptr) return optional_text(record, "answer");
  if (label->is_string()) return label->get<std::string>();
  std::string letters;
  for (const std::string& letter : optional_texts(record, "label")) letters += letter;
  return letters;
}

ParsedRecord parse(const json& record) {
  RecordTexts texts;
  texts.query = question_member(record, "question");
  texts.options = optional_texts(record, "options");
  texts.answer = answer_of(record);
  std::string passage = optional_text(record, "passage").value_or("");
  if (!strip(passage).empty()) texts.passages = {std::move(passage)};
  return {std::move(texts), ""};
}

}  // namespace

void read_agieval(TextInput& file, const TakeRecord& take) { read_json_records(file, take, parse); }

}  // namespace at2
