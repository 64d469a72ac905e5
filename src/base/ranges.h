/// \file base/ranges.h
/// \brief Half-open ranges of characters and tokens.
#pragma once

#include <cstdint>
#include <vector>

namespace at2 {

/// Half-open range [begin, end) of bytes in a UTF-8 text. Code points are used only where a user reads offsets.
struct CharRange {
  std::int64_t begin = 0;
  std::int64_t end = 0;
  [[nodiscard]] std::int64_t size() const noexcept { return end - begin; }
  bool operator==(const CharRange&) const = default;
};

/// Half-open range [begin, end) of tokens in a sequence.
struct TokenRange {
  std::int64_t begin = 0;
  std::int64_t end = 0;
  [[nodiscard]] std::int64_t size() const noexcept { return end - begin; }
  bool operator==(const TokenRange&) const = default;
};

}  // namespace at2
