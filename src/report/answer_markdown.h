/// \file report/answer_markdown.h
/// \brief An attributed answer as Markdown with footnotes, for a document.
#pragma once

#include <string>

#include "report/answer.h"

namespace at2 {

/// The answer with a footnote mark for each citation behind each target, and a footnote for each cited source. Markup
/// of HTML in texts is made harmless, that of Markdown is kept. \pre there is a method
[[nodiscard]] std::string answer_markdown(const AttributedAnswer& answer);

}  // namespace at2
