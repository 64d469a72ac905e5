/// \file serve/attribute_fields.h
/// \brief The body of POST /v1/attribute.
#pragma once

#include <string_view>

#include "serve/chat_request.h"

namespace at2 {

struct AttributeCall {
  Question question;
  CitationOptions citations;
};

/// `query`, and of `documents`, `history`, `response`, `method` or `methods`, `sources`, `spans`, `ranges`, `task`,
/// `max_new_tokens`, `ablations`, `most`, `smallest_share`, `model` what is there. Ranges are code points of the
/// response (for thoughts: of the answer after them) and become bytes. \throws ApiError naming the field that is wrong
/// or not known
[[nodiscard]] AttributeCall parse_attribute_call(std::string_view body, const RequestScope& scope);

}  // namespace at2
