/// \file report/terminal.h
/// \brief Text for a terminal: what is safe to print, how wide it is, and where lines break.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace at2 {

/// `text` without control characters, which could drive the terminal: line breaks stay, tabs become blanks, others
/// U+FFFD. \pre UTF-8
[[nodiscard]] std::string printable(std::string_view text);

/// A stretch of text in one style.
struct StyledText {
  std::string text;
  /// Parameters of the escape sequence "Select Graphic Rendition" ("1", "48;5;153"); empty = plain.
  std::string style = {};
};

struct WrapOptions {
  /// Columns, indent included; a line has at least one character whatever the width.
  std::int64_t width = 80;
  /// Put before the first line and before the others.
  std::string first_indent = {};
  std::string indent = {};
};

/// Lines of at most `width` columns, each ended by a line break. Lines end at blanks, at wide characters, and within
/// words that are longer than a line; line breaks of the text stay. No style reaches over the end of a line.
[[nodiscard]] std::string wrap(std::span<const StyledText> text, const WrapOptions& options);

/// Breaks lines of a text that comes in pieces, without waiting for more than the end of a word.
class StreamedWrap {
 public:
  explicit StreamedWrap(std::int64_t width) : width_(width) {}

  /// What can be shown now. \pre UTF-8, printable
  [[nodiscard]] std::string push(std::string_view piece);
  /// The last word.
  [[nodiscard]] std::string finish();

 private:
  [[nodiscard]] std::string placed_word();

  std::int64_t width_;
  std::int64_t column_ = 0;
  /// Blanks before it included.
  std::u32string word_;
};

}  // namespace at2
