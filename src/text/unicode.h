/// \file text/unicode.h
/// \brief Unicode properties of characters, as Python's `str` sees them.
#pragma once

#include <string>
#include <string_view>

namespace at2 {

[[nodiscard]] bool is_upper(char32_t c);
[[nodiscard]] bool is_lower(char32_t c);
/// A letter, or the underscore: what Python's `[^\W\d]` matches.
[[nodiscard]] bool is_letter(char32_t c);
/// A decimal digit of any script.
[[nodiscard]] bool is_decimal(char32_t c);
/// `str.isspace`, which takes U+001C to U+001F as well.
[[nodiscard]] bool is_space(char32_t c);
/// `str.lower`, in UTF-8.
[[nodiscard]] std::string lowercase(std::u32string_view text);

}  // namespace at2
