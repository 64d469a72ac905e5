/// \file report/answer_json.h
/// \brief An attributed answer as JSON (docs/attribute.md): a stable schema for programs.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "report/answer.h"

namespace at2 {

/// One object: "model", "estimator" (where one was used), "response", "documents" [{name, text}], "sources" [{text,
/// begin, end, document}], "targets" [{text, begin, end}], "scores" {method: [targets][sources]}, "seconds" {generate,
/// method...}, "usage". Offsets are code points of the document and of the response, half-open. Numbers that are not
/// finite are null. Ends with a line break.
[[nodiscard]] std::string answer_json(const AttributedAnswer& answer);

/// The same as an object.
[[nodiscard]] nlohmann::ordered_json answer_object(const AttributedAnswer& answer);

}  // namespace at2
