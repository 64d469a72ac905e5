#include "text/ranges.h"

#include <algorithm>

#include "base/errors.h"

namespace at2 {
namespace {

/// The first token that ends after `byte`: it holds the byte, unless the byte is in a gap before it.
std::int64_t first_ending_after(std::span<const CharRange> tokens, std::int64_t byte) {
  const auto found =
      std::partition_point(tokens.begin(), tokens.end(), [&](const CharRange& token) { return token.end <= byte; });
  return found - tokens.begin();
}

}  // namespace

TokenRange tokens_of(std::span<const CharRange> tokens, CharRange characters) {
  AT2_EXPECT(characters.begin >= 0 && characters.begin < characters.end, "the range has characters");
  const std::int64_t first = first_ending_after(tokens, characters.begin);
  const std::int64_t last_byte = characters.end - 1;
  std::int64_t end = first_ending_after(tokens, last_byte);
  const bool holds_last_byte =
      end < static_cast<std::int64_t>(tokens.size()) && tokens[static_cast<std::size_t>(end)].begin <= last_byte;
  if (holds_last_byte) ++end;
  return {first, std::max(first, end)};
}

}  // namespace at2
