#include <algorithm>

#include "base/errors.h"
#include "data/characters.h"
#include "data/csv.h"
#include "data/formats.h"
#include "data/python_list.h"
#include "text/utf8.h"

namespace at2 {
namespace {

std::size_t column(const TextInput& file, const CsvRow& header, const char* name) {
  const auto found = std::find(header.fields.begin(), header.fields.end(), name);
  if (found == header.fields.end()) {
    throw UserError(file.path().string() + " is not GlobalOpinionsQA's CSV",
                    std::string("its first line has no column ") + name, "check the path and the data set's format");
  }
  return static_cast<std::size_t>(found - header.fields.begin());
}

}  // namespace

void read_global_opinions(TextInput& file, const TakeRecord& take) {
  const std::optional<CsvRow> header = read_csv_row(file);
  if (!header) return;
  const std::size_t question = column(file, *header, "question");
  const std::size_t options = column(file, *header, "options");
  while (const std::optional<CsvRow> row = read_csv_row(file)) {
    take(row->line, [&]() -> ParsedRecord {
      if (row->broken) throw RecordError("broken CSV", "text behind a closing quote");
      if (row->fields.size() != header->fields.size()) {
        throw RecordError("wrong number of columns", std::to_string(row->fields.size()));
      }
      for (const std::string& field : {row->fields[question], row->fields[options]}) {
        if (find_invalid_utf8(field)) throw RecordError("invalid UTF-8", "");
      }
      RecordTexts texts;
      texts.query = row->fields[question];
      if (strip(texts.query).empty()) throw RecordError("empty question", "");
      texts.options = parse_python_list(row->fields[options]);
      return {std::move(texts), ""};
    });
  }
}

}  // namespace at2
