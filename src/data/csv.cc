#include "data/csv.h"

#include "base/errors.h"

namespace at2 {
namespace {

bool ends_field(int byte) { return byte == ',' || byte == '\n' || byte == '\r' || byte == TextInput::kEnd; }

/// A field whose first quote comes next. \returns what stands behind its last quote, which should be nothing
std::string take_quoted(TextInput& file, std::string& field) {
  const std::int64_t line = file.line();
  file.get();
  for (int byte = file.get();; byte = file.get()) {
    if (byte == TextInput::kEnd) {
      throw UserError(file.path().string() + " ends within a quoted field",
                      "the quote on line " + std::to_string(line) + " is not closed",
                      "mend the line, or fetch the file again");
    }
    if (byte == '"' && file.peek() != '"') break;
    if (byte == '"') file.get();
    field.push_back(static_cast<char>(byte));
  }
  std::string rest;
  while (!ends_field(file.peek())) rest.push_back(static_cast<char>(file.get()));
  return rest;
}

}  // namespace

std::optional<CsvRow> read_csv_row(TextInput& file) {
  while (file.peek() == '\n' || file.peek() == '\r') file.get();
  if (file.peek() == TextInput::kEnd) return std::nullopt;
  CsvRow row;
  row.line = file.line();
  while (true) {
    std::string& field = row.fields.emplace_back();
    if (file.peek() == '"') {
      row.broken |= !take_quoted(file, field).empty();
    } else {
      while (!ends_field(file.peek())) field.push_back(static_cast<char>(file.get()));
    }
    if (file.peek() != ',') break;
    file.get();
  }
  while (file.peek() == '\r') file.get();
  if (file.peek() == '\n') file.get();
  return row;
}

}  // namespace at2
