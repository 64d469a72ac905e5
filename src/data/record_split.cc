#include "data/record_split.h"

#include <algorithm>

#include "base/errors.h"
#include "data/characters.h"

namespace at2 {
namespace {

/// Finds the commas and the bracket that end elements of the outermost array.
class ArrayScan {
 public:
  explicit ArrayScan(std::string_view text) : text_(text) {}

  /// Position of the next ',' or ']' that belongs to the array itself, or npos at the end of the text.
  std::size_t next_end(std::size_t position) const {
    std::int64_t depth = 0;
    for (; position < text_.size(); ++position) {
      const char character = text_[position];
      if (character == '"') {
        position = closing_quote(position);
      } else if (character == '{' || character == '[') {
        ++depth;
      } else if (depth > 0 && (character == '}' || character == ']')) {
        --depth;
      } else if (depth == 0 && (character == ',' || character == ']')) {
        return position;
      }
    }
    return std::string_view::npos;
  }

 private:
  std::size_t closing_quote(std::size_t position) const {
    for (++position; position < text_.size() && text_[position] != '"'; ++position) {
      if (text_[position] == '\\') ++position;
    }
    return position;
  }

  std::string_view text_;
};

std::int64_t count_lines(std::string_view text) { return std::count(text.begin(), text.end(), '\n'); }

}  // namespace

std::vector<RawRecord> record_lines(std::string_view text) {
  std::vector<RawRecord> records;
  std::int64_t line = 0;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    ++line;
    const std::string_view record = strip(text.substr(begin, end - begin));
    if (!record.empty()) records.push_back({record, line});
    begin = end + 1;
  }
  return records;
}

std::vector<RawRecord> split_array(std::string_view text, const std::string& file) {
  const std::size_t open = text.find_first_not_of(" \t\n\r");
  if (open == std::string_view::npos || text[open] != '[') {
    throw UserError(file + " is not a HotpotQA file", "it does not start with [, as a JSON array does",
                    "check the path and the dataset's format; a file of JSON lines is format dolly");
  }
  std::vector<RawRecord> records;
  const ArrayScan scan(text);
  std::int64_t line = 1 + count_lines(text.substr(0, open));
  for (std::size_t begin = open + 1;;) {
    const std::size_t end = scan.next_end(begin);
    if (end == std::string_view::npos) {
      throw UserError(file + " ends within record " + std::to_string(records.size() + 1) + ", which starts near line " +
                          std::to_string(line),
                      "the JSON array is not closed", "fetch or write the file again, it is incomplete");
    }
    const std::string_view record = strip(text.substr(begin, end - begin));
    const bool only_brackets = record.empty() && records.empty() && text[end] == ']';
    const std::size_t start = record.empty() ? end : static_cast<std::size_t>(record.data() - text.data());
    line += count_lines(text.substr(begin, start - begin));
    if (!only_brackets) records.push_back({record, line});
    line += count_lines(text.substr(start, end - start));
    if (text[end] == ']') {
      if (!strip(text.substr(end + 1)).empty()) {
        throw UserError(file + ":" + std::to_string(line) + ": text behind the closing ]",
                        "a HotpotQA file is one JSON array", "remove what follows");
      }
      return records;
    }
    begin = end + 1;
  }
}

}  // namespace at2
