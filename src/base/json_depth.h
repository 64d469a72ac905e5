/// \file base/json_depth.h
/// \brief How deep the brackets of a JSON text are nested, before anything reads it recursively.
#pragma once

#include <cstdint>
#include <string_view>

namespace at2 {

/// No record needs more.
inline constexpr std::int64_t kDeepestJson = 128;

/// Whether arrays and objects lie in each other more than `depth` times. Of a text that is not JSON it says something.
[[nodiscard]] bool is_json_deeper_than(std::string_view text, std::int64_t depth);

}  // namespace at2
