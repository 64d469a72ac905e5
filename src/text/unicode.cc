#include "text/unicode.h"

#include "base/errors.h"
#include "text/rust.h"
#include "text/utf8.h"

namespace at2 {
namespace {

bool has(char32_t c, std::uint32_t property) {
  return (at2_character_class(static_cast<std::uint32_t>(c)) & property) != 0;
}

}  // namespace

bool is_upper(char32_t c) { return has(c, AT2_UPPER); }
bool is_lower(char32_t c) { return has(c, AT2_LOWER); }
bool is_letter(char32_t c) { return c == U'_' || has(c, AT2_ALPHABETIC); }
bool is_decimal(char32_t c) { return has(c, AT2_DECIMAL); }
bool is_space(char32_t c) { return has(c, AT2_SPACE); }

std::string lowercase(std::u32string_view text) {
  const std::string utf8 = encode_utf8(text);
  rust::ErrorSlot error;
  rust::OwnedString lower;
  const bool done = at2_lowercase(utf8.data(), utf8.size(), lower.slot(), error.slot());
  AT2_EXPECT(done, error.message());
  return lower.copy();
}

}  // namespace at2
