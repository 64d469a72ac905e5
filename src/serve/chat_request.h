/// \file serve/chat_request.h
/// \brief The body of POST /v1/chat/completions: OpenAI's, with `documents` and `citations` added.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "serve/question_fields.h"

namespace at2 {

/// Whether the answer comes in pieces.
enum class Delivery { whole, stream };

struct ChatRequest {
  Question question;
  Delivery delivery = Delivery::whole;
  /// Whether a stream ends with a chunk that has the numbers of tokens.
  bool stream_usage = false;
  /// Nothing = no citations.
  std::optional<CitationOptions> citations;
};

/// What a server can do, as far as requests depend on it.
struct RequestScope {
  std::string_view model;
  /// The first is the default.
  std::span<const Method> methods;
  /// Longest answer.
  std::int64_t max_new_tokens = 512;
};

/// Sampling parameters are ignored, as the model always takes the likeliest token; what would change the meaning of the
/// answer (n > 1, tools, a response format, stop words, log-probabilities) is refused. Fields that are not known are
/// ignored.
/// \throws ApiError naming the field that is wrong
[[nodiscard]] ChatRequest parse_chat_request(std::string_view body, const RequestScope& scope);

/// \throws ApiError (404) unless `model` is missing, "default", or the model's name
void check_model(const RequestFields& fields, std::string_view model);

}  // namespace at2
