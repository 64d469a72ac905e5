#include <algorithm>
#include <array>
#include <string_view>

#include "data/characters.h"
#include "data/formats.h"
#include "data/json_fields.h"

namespace at2 {
namespace {

/// The categories that the paper keeps: those of Dolly whose records have a context.
constexpr std::array<std::string_view, 3> kKept{"summarization", "information_extraction", "closed_qa"};

ParsedRecord parse(const nlohmann::json& record) {
  if (const auto category = optional_text(record, "category")) {
    if (std::find(kKept.begin(), kKept.end(), *category) == kKept.end()) return filtered("other category");
  }
  RecordTexts texts;
  texts.query = question_member(record, "instruction");
  texts.passages = {text_member(record, "context")};
  texts.answer = optional_text(record, "response");
  if (strip(texts.passages.front()).empty()) return filtered(kNoContext);
  return {std::move(texts), ""};
}

}  // namespace

void read_dolly(TextInput& file, const TakeRecord& take) { read_json_records(file, take, parse); }

}  // namespace at2
