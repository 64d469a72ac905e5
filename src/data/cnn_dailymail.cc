#include "base/errors.h"
#include "data/characters.h"
#include "data/formats.h"
#include "data/json_fields.h"

namespace at2 {
namespace {

constexpr const char* kQuery = "Please summarize the article in up to three sentences.";

ParsedRecord parse(const nlohmann::json& record) {
  RecordTexts texts;
  texts.id = id_member(record, "id");
  texts.passages = {text_member(record, "article")};
  texts.query = kQuery;
  texts.answer = optional_text(record, "highlights");
  if (strip(texts.passages.front()).empty()) throw RecordError("empty context", "\"article\" has no text");
  return {std::move(texts), ""};
}

}  // namespace

void read_cnn_dailymail(TextInput& file, const TakeRecord& take) { read_json_records(file, take, parse); }

}  // namespace at2
