/// \file report/answer_text.h
/// \brief An attributed answer for a terminal: each sentence with its sources, and the documents with what was used.
#pragma once

#include <cstdint>
#include <string>

#include "report/answer.h"

namespace at2 {

/// Whether escape sequences for 256 colours may be written.
enum class Colours { none, ansi256 };

struct TextLayout {
  /// Columns of the terminal.
  std::int64_t width = 80;
  Colours colours = Colours::none;
};

/// Each target and below it its best sources by the first method, as citations; then the documents, with the number of
/// each cited source behind it, coloured by how much it was used. Of long documents what was cited, and its
/// neighbours. Control characters of texts are not passed on. \pre there is a method
[[nodiscard]] std::string cited_answer(const AttributedAnswer& answer, const TextLayout& layout);

}  // namespace at2
