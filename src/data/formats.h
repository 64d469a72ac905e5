/// \file data/formats.h
/// \brief From one JSON record of a native format to its texts.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "config/options.h"

namespace at2 {

/// The texts of a record, before they are put into a template.
struct RecordTexts {
  /// "dolly-<line>" or "hotpotqa-<_id>".
  std::string id;
  std::vector<std::string> passages;
  std::string query;
  std::optional<std::string> response;
};

/// The texts of a record, or a reason why it does not belong to the task.
struct ParsedRecord {
  std::optional<RecordTexts> texts;
  std::string filtered_because;
};

/// \param line  number of the record's line
/// \throws RecordError for a missing key, a wrong type, an empty question or an empty context.
[[nodiscard]] ParsedRecord parse_record(DatasetFormat format, const nlohmann::json& record, std::int64_t line);

}  // namespace at2
