/// \file data/characters.h
/// \brief Small questions about texts that readers have.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/ranges.h"

namespace at2 {

/// Number of code points. \pre `text` is valid UTF-8
[[nodiscard]] std::int64_t count_characters(std::string_view text);

/// `text` without white space at both ends: what Python's str.strip() leaves.
[[nodiscard]] std::string_view strip(std::string_view text);

/// The words of `text`: what white space separates, as Python's str.split() has it. Bytes.
[[nodiscard]] std::vector<CharRange> split_words(std::string_view text);

/// The lines of `text` (split_lines) that have more than white space, without that at their ends. Bytes.
[[nodiscard]] std::vector<CharRange> split_paragraphs(std::string_view text);

}  // namespace at2
