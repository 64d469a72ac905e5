/// \file base/sha256.h
/// \brief SHA-256 (FIPS 180-4), where another program asks for it: browsers know a page's script by it.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace at2 {

/// The digest, most significant byte first.
[[nodiscard]] std::array<std::uint8_t, 32> sha256(std::string_view bytes);

/// Base64 with "+", "/" and padding.
[[nodiscard]] std::string base64(std::span<const std::uint8_t> bytes);

}  // namespace at2
