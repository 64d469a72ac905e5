/// \file data/csv.h
/// \brief CSV as RFC 4180 has it, row by row.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "data/text_input.h"

namespace at2 {

struct CsvRow {
  std::vector<std::string> fields;
  /// Line on which it starts.
  std::int64_t line = 0;
  /// Whether text follows the closing quote of a field: then the fields are not to be trusted.
  bool broken = false;
};

/// The next row that is not empty; quoted fields may hold commas, line ends and doubled quotes. Nothing at the end.
/// \throws UserError naming file and line if the file ends within a quoted field.
[[nodiscard]] std::optional<CsvRow> read_csv_row(TextInput& file);

}  // namespace at2
