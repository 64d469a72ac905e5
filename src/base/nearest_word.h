/// \file base/nearest_word.h
/// \brief What a misspelt word was probably meant to be.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace at2 {

/// Least number of inserted, deleted and replaced bytes that turn `a` into `b`.
[[nodiscard]] std::size_t edit_distance(std::string_view a, std::string_view b);

/// The first of the words nearest to `wrong`: one that begins with it (from three bytes on), else the one at the
/// smallest edit distance; nothing if that is more than a third of `wrong` (at least 2 bytes), or as much as all of it.
[[nodiscard]] std::optional<std::string_view> nearest_word(std::string_view wrong,
                                                           std::span<const std::string_view> words);

/// "did you mean run?", or `otherwise` where no word is near: what to do, for an error.
[[nodiscard]] std::string did_you_mean(std::string_view wrong, std::span<const std::string_view> words,
                                       std::string_view otherwise);

}  // namespace at2
