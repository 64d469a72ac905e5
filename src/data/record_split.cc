#include "data/record_split.h"

#include <string_view>

#include "base/errors.h"
#include "data/characters.h"

namespace at2 {
namespace {

/// Appends the rest of a JSON string, whose first quote has been taken.
void take_string(TextInput& file, std::string& text) {
  for (int byte = file.get(); byte != TextInput::kEnd; byte = file.get()) {
    text.push_back(static_cast<char>(byte));
    if (byte == '"') return;
    if (byte != '\\') continue;
    const int escaped = file.get();
    if (escaped != TextInput::kEnd) text.push_back(static_cast<char>(escaped));
  }
}

/// Takes the text up to the comma or bracket that ends an element of the container itself.
/// \returns that byte, or kEnd
int take_element(TextInput& file, std::string& text) {
  std::int64_t depth = 0;
  for (int byte = file.get(); byte != TextInput::kEnd; byte = file.get()) {
    const bool closes = byte == '}' || byte == ']';
    if (depth == 0 && (closes || byte == ',')) return byte;
    text.push_back(static_cast<char>(byte));
    if (byte == '"') {
      take_string(file, text);
    } else if (byte == '{' || byte == '[') {
      ++depth;
    } else if (closes) {
      --depth;
    }
  }
  return TextInput::kEnd;
}

}  // namespace

void cut_lines(TextInput& file, const RecordSink& sink) {
  std::string line;
  for (std::int64_t number = file.line(); file.get_line(line); number = file.line()) {
    const std::string_view text = strip(line);
    if (text.empty()) continue;
    RawRecord record{text.size() == line.size() ? std::move(line) : std::string(text), number};
    sink(record);
  }
}

void cut_elements(TextInput& file, const RecordSink& sink) {
  const int open = file.skip_space();
  const std::string path = file.path().string();
  if (open != '[' && open != '{') {
    throw UserError(path + ":" + std::to_string(file.line()) + ": not what the format has here",
                    "a JSON array or object is expected", "check the path and the data set's format");
  }
  file.get();
  for (std::int64_t count = 1;; ++count) {
    static_cast<void>(file.skip_space());
    RawRecord record{"", file.line()};
    const int end = take_element(file, record.text);
    if (end == TextInput::kEnd) {
      throw UserError(path + " ends within record " + std::to_string(count) + ", which starts near line " +
                          std::to_string(record.line),
                      open == '[' ? "the JSON array is not closed" : "the JSON object is not closed",
                      "fetch or write the file again, it is incomplete");
    }
    record.text = std::string(strip(record.text));
    const bool only_brackets = record.text.empty() && count == 1 && end != ',';
    if (!only_brackets) sink(record);
    if (end != ',') return;
  }
}

void cut_records(TextInput& file, const RecordSink& sink) {
  if (file.skip_space() != '[') {
    cut_lines(file, sink);
    return;
  }
  cut_elements(file, sink);
  expect_end(file);
}

void expect_end(TextInput& file) {
  if (file.skip_space() == TextInput::kEnd) return;
  throw UserError(file.path().string() + ":" + std::to_string(file.line()) + ": text behind the closing bracket",
                  "the file is one JSON value", "remove what follows");
}

}  // namespace at2
