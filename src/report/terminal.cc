#include "report/terminal.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "report/format.h"
#include "text/utf8.h"

namespace at2 {
namespace {

constexpr char32_t kReplacement = 0xFFFD;

bool is_control(char32_t c) {
  const bool ends_lines = c == 0x2028 || c == 0x2029;
  // Overrides of the writing direction make text look like another.
  const bool turns = (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
  return c < 0x20 || (c >= 0x7F && c < 0xA0) || ends_lines || turns;
}

/// A character on its way to a line.
struct Cell {
  char32_t character = 0;
  std::int64_t width = 0;
  const std::string* style = nullptr;
};

std::vector<Cell> cells_of(std::span<const StyledText> text) {
  std::vector<Cell> cells;
  for (const StyledText& part : text) {
    for (const char32_t c : decode_utf8(printable(part.text))) {
      const auto width = static_cast<std::int64_t>(display_width(encode_utf8({&c, 1})));
      cells.push_back({c, width, &part.style});
    }
  }
  return cells;
}

bool may_break_before(std::span<const Cell> cells, std::size_t at) {
  return cells[at].width > 0 && (cells[at].width == 2 || cells[at - 1].width == 2);
}

/// Where the line that begins at `begin` ends, and where the next one begins.
struct LineEnd {
  std::size_t end = 0;
  std::size_t next = 0;
};

LineEnd end_of_line(std::span<const Cell> cells, std::size_t begin, std::int64_t room) {
  LineEnd best;
  std::int64_t width = 0;
  for (std::size_t at = begin; at < cells.size(); ++at) {
    if (cells[at].character == U'\n') return {at, at + 1};
    const bool blank = cells[at].character == U' ';
    if (blank) {
      best = {at, at + 1};
    } else if (at > begin && may_break_before(cells, at)) {
      best = {at, at};
    }
    width += cells[at].width;
    // A blank may hang over the end: it is dropped there.
    if (width <= room || blank || at == begin) continue;
    return best.end > begin ? best : LineEnd{at, at};
  }
  return {cells.size(), cells.size()};
}

std::string rendered(std::span<const Cell> line) {
  while (!line.empty() && line.back().character == U' ') line = line.first(line.size() - 1);
  std::string text;
  const std::string plain;
  const std::string* style = &plain;
  for (const Cell& cell : line) {
    if (*cell.style != *style) {
      if (!style->empty()) text += "\033[0m";
      if (!cell.style->empty()) text += "\033[" + *cell.style + "m";
      style = cell.style;
    }
    text += encode_utf8({&cell.character, 1});
  }
  if (!style->empty()) text += "\033[0m";
  return text;
}

}  // namespace

std::string printable(std::string_view text) {
  std::u32string characters;
  for (const char32_t c : decode_utf8(text)) {
    if (c == U'\r') continue;
    characters += c == U'\n' ? c : c == U'\t' ? U' ' : is_control(c) ? kReplacement : c;
  }
  return encode_utf8(characters);
}

std::string wrap(std::span<const StyledText> text, const WrapOptions& options) {
  const std::vector<Cell> cells = cells_of(text);
  std::string lines;
  for (std::size_t begin = 0; begin < cells.size();) {
    const std::string& indent = begin == 0 ? options.first_indent : options.indent;
    const std::int64_t room = options.width - static_cast<std::int64_t>(display_width(indent));
    const LineEnd end = end_of_line(cells, begin, room);
    const std::string line = rendered(std::span(cells).subspan(begin, end.end - begin));
    // No blanks at the end of empty lines.
    lines += line.empty() && begin > 0 ? "\n" : indent + line + "\n";
    begin = end.next;
  }
  return lines;
}

std::string StreamedWrap::placed_word() {
  std::string text = encode_utf8(std::exchange(word_, {}));
  auto width = static_cast<std::int64_t>(display_width(text));
  if (column_ > 0 && column_ + width > width_) {
    // The line break stands for the blanks.
    text.erase(0, std::min(text.find_first_not_of(' '), text.size()));
    width = static_cast<std::int64_t>(display_width(text));
    column_ = 0;
    text.insert(0, "\n");
  }
  column_ += width;
  return text;
}

std::string StreamedWrap::push(std::string_view piece) {
  std::string shown;
  for (const char32_t c : decode_utf8(piece)) {
    const bool ends_word = c == U' ' && !word_.empty() && word_.back() != U' ';
    const bool wide = display_width(encode_utf8({&c, 1})) == 2;
    if (ends_word || wide || c == U'\n') shown += placed_word();
    if (c == U'\n') {
      shown += '\n';
      column_ = 0;
    } else {
      word_ += c;
    }
  }
  return shown;
}

std::string StreamedWrap::finish() { return placed_word(); }

}  // namespace at2
