/// \file checkpoint/strict_json.h
/// \brief JSON from files that nobody vouches for.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace at2 {

/// Parses one JSON object, refusing keys that come twice in an object or have control characters, and nesting deeper
/// than 8. \param file  named in messages \throws UserError naming the file, and the key where one comes twice.
[[nodiscard]] nlohmann::json parse_strict_json(std::string_view text, const std::string& file);

}  // namespace at2
