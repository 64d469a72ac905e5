/// \file data/html_text.h
/// \brief Paragraphs and headers of an HTML page, as text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/ranges.h"

namespace at2 {

/// One paragraph or header of a page.
struct HtmlBlock {
  /// Bytes of the page between its tags.
  CharRange inner;
  /// Without tags, see html_text.
  std::string text;
};

/// The text of a piece of HTML: tags, comments, scripts and style sheets are left out, character references decoded
/// (numbers, and the names that matter in English texts; others stay as they are), runs of HTML's white space made one
/// space, and none left at the ends. A line break or a tag of a block (list, table, ...) counts as white space.
[[nodiscard]] std::string html_text(std::string_view html);

/// The elements <p> and <h1> to <h6> of a page that have text, in order. One ends at its end tag, at the next such
/// element, or at the end of the page.
[[nodiscard]] std::vector<HtmlBlock> html_blocks(std::string_view html);

}  // namespace at2
