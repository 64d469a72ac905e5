#include "model/draft.h"

#include <algorithm>

namespace at2 {
namespace {

constexpr std::int64_t longest_draft = 10;
/// As many rows cost next to nothing.
constexpr std::int64_t shortest_draft = 3;

/// Where the tokens after the latest earlier occurrence of the last `length` begin; -1 = nowhere.
std::int64_t find_earlier(std::span<const std::int64_t> tokens, std::int64_t length) {
  const auto size = std::ssize(tokens);
  if (size <= length) return -1;
  const auto tail = tokens.last(static_cast<std::size_t>(length));
  for (std::int64_t begin = size - length - 1; begin >= 0; --begin) {
    if (std::equal(tail.begin(), tail.end(), tokens.begin() + begin)) return begin + length;
  }
  return -1;
}

}  // namespace

std::vector<std::int64_t> draft_by_lookup(std::span<const std::int64_t> tokens, std::int64_t limit) {
  if (limit <= 0) return {};
  for (const std::int64_t length : {3, 2, 1}) {
    const std::int64_t begin = find_earlier(tokens, length);
    if (begin < 0) continue;
    const auto found = tokens.subspan(static_cast<std::size_t>(begin));
    const auto count = std::min(limit, std::ssize(found));
    return {found.begin(), found.begin() + count};
  }
  return {};
}

void DraftLength::update(std::int64_t drafted, std::int64_t accepted) {
  if (drafted == 0) return;
  if (accepted == drafted) limit_ = std::min(2 * limit_, longest_draft);
  if (2 * accepted < drafted) limit_ = std::max<std::int64_t>(limit_ / 2, shortest_draft);
}

}  // namespace at2
