/// \file checkpoint/gguf_parse.h
/// \brief The structure of a GGUF file: header, metadata, tensor descriptions.
#pragma once

#include <map>
#include <string>

#include "checkpoint/gguf.h"

namespace at2 {

/// The two parts of a GGUF file. All views lie inside the bytes that were parsed.
struct GgufContent {
  std::map<std::string, GgufValue, std::less<>> metadata;
  TensorTable tensors;
};

/// Parses and checks a whole file.
/// \param file  named in messages
/// \throws UserError as GgufFile's constructor.
[[nodiscard]] GgufContent parse_gguf(std::span<const std::byte> bytes, const std::string& file);

/// Bytes of one element of a fixed-size type; 0 for text and array.
[[nodiscard]] std::uint64_t element_bytes(GgufType type);

/// "u32", "text", "array of text": for messages.
[[nodiscard]] std::string type_text(const GgufValue& value);

}  // namespace at2
