/// \file report/answer_html.h
/// \brief An attributed answer as a page of its own.
#pragma once

#include <string>
#include <string_view>

#include "report/answer.h"

namespace at2 {

/// The question, the answer with its citations as links, each target with its sources by every method, and the
/// documents, coloured by how much the first method says they were used. One file, no script, no network.
/// \pre there is a method
[[nodiscard]] std::string answer_html(const AttributedAnswer& answer, std::string_view query);

}  // namespace at2
