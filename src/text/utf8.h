/// \file text/utf8.h
/// \brief UTF-8: validity, and offsets in bytes against offsets in code points.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ranges.h"

namespace at2 {

/// The offset of the first byte that is not part of well-formed UTF-8 (no surrogates, no overlong forms, nothing above
/// U+10FFFF); nothing if `text` is valid.
[[nodiscard]] std::optional<std::int64_t> find_invalid_utf8(std::string_view text);

/// The code points of `text`. \pre valid UTF-8
[[nodiscard]] std::u32string decode_utf8(std::string_view text);

/// Inverse of decode_utf8.
[[nodiscard]] std::string encode_utf8(std::u32string_view code_points);

/// Where the code points of a text begin. Inside the program ranges are bytes; files that users read have code points.
class CodePointOffsets {
 public:
  /// \pre `text` is valid UTF-8
  explicit CodePointOffsets(std::string_view text);

  /// Code points in the text.
  [[nodiscard]] std::int64_t size() const noexcept { return static_cast<std::int64_t>(begins_.size()) - 1; }

  /// The byte at which code point `code_point` begins; the size of the text for size().
  /// \throws ContractViolation outside [0, size()].
  [[nodiscard]] std::int64_t to_byte(std::int64_t code_point) const;

  /// The code point that begins at `byte`; size() for the end of the text.
  /// \throws ContractViolation if none begins there.
  [[nodiscard]] std::int64_t to_code_point(std::int64_t byte) const;

  /// The same characters as a range of bytes.
  [[nodiscard]] CharRange to_bytes(CharRange code_points) const;

  /// The same characters as a range of code points.
  [[nodiscard]] CharRange to_code_points(CharRange bytes) const;

 private:
  std::vector<std::int64_t> begins_;
};

}  // namespace at2
