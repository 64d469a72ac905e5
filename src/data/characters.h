/// \file data/characters.h
/// \brief Small questions about texts that readers have.
#pragma once

#include <cstdint>
#include <string_view>

namespace at2 {

/// Number of code points. \pre `text` is valid UTF-8
[[nodiscard]] std::int64_t count_characters(std::string_view text);

/// `text` without white space at both ends: what Python's str.strip() leaves.
[[nodiscard]] std::string_view strip(std::string_view text);

}  // namespace at2
