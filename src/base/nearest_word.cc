#include "base/nearest_word.h"

#include <algorithm>
#include <numeric>
#include <vector>

namespace at2 {

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
    }
  }
  return row.back();
}

std::optional<std::string_view> nearest_word(std::string_view wrong, std::span<const std::string_view> words) {
  constexpr std::size_t kShortest = 3;
  const std::size_t limit = std::max<std::size_t>(2, wrong.size() / 3);
  std::optional<std::string_view> nearest;
  std::size_t smallest = std::min(limit + 1, wrong.size());
  for (const std::string_view word : words) {
    const bool begins = wrong.size() >= kShortest && word.starts_with(wrong);
    const std::size_t distance = begins ? 0 : edit_distance(wrong, word);
    if (distance >= smallest) continue;
    smallest = distance;
    nearest = word;
  }
  return nearest;
}

std::string did_you_mean(std::string_view wrong, std::span<const std::string_view> words, std::string_view otherwise) {
  const auto nearest = nearest_word(wrong, words);
  return nearest ? "did you mean " + std::string(*nearest) + "?" : std::string(otherwise);
}

}  // namespace at2
