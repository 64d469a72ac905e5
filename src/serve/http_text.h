/// \file serve/http_text.h
/// \brief The bytes of responses.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "serve/http_message.h"

namespace at2 {

/// How the end of a body is known.
enum class BodyFraming { length, chunks, close };
/// Whether the connection stays open after the response.
enum class KeepAlive { no, yes };

/// Status line and headers with the empty line after them. Every response tells browsers to run nothing but this
/// server's own files, and nobody to keep it.
[[nodiscard]] std::string head_text(const HttpResponse& response, BodyFraming framing, KeepAlive keep_alive);

/// A piece of a body in chunks; an empty one has no bytes, as it would end the body.
[[nodiscard]] std::string chunk_text(std::string_view piece);
/// Ends a body in chunks.
[[nodiscard]] std::string last_chunk_text();

}  // namespace at2
