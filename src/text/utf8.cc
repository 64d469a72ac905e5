#include "text/utf8.h"

#include <algorithm>

#include "base/errors.h"

namespace at2 {
namespace {

struct Step {
  char32_t code_point = 0;
  /// Bytes taken; 0 if the sequence is not well-formed.
  std::size_t size = 0;
};

constexpr bool is_continuation(unsigned char byte) { return (byte & 0xC0U) == 0x80U; }

/// The code point that begins at `at`, by table 3-7 of the Unicode Standard.
Step step(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) {
    return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : static_cast<unsigned char>(0);
  };
  const unsigned char lead = byte(0);
  if (lead < 0x80U) return {lead, 1};
  const std::size_t size = lead >= 0xF0U ? 4 : lead >= 0xE0U ? 3 : 2;
  if (lead < 0xC2U || lead > 0xF4U) return {};
  char32_t code_point = lead & (0xFFU >> (size + 1));
  for (std::size_t i = 1; i < size; ++i) {
    if (!is_continuation(byte(i))) return {};
    code_point = (code_point << 6U) | (byte(i) & 0x3FU);
  }
  const bool overlong = (size == 3 && code_point < 0x800U) || (size == 4 && code_point < 0x10000U);
  const bool surrogate = code_point >= 0xD800U && code_point <= 0xDFFFU;
  if (overlong || surrogate || code_point > 0x10FFFFU) return {};
  return {code_point, size};
}

void append_utf8(std::string& text, char32_t code_point) {
  const auto put = [&](char32_t byte) { text.push_back(static_cast<char>(byte)); };
  const auto put_six_bits = [&](unsigned shift) { put(0x80U | ((code_point >> shift) & 0x3FU)); };
  if (code_point < 0x80U) {
    put(code_point);
  } else if (code_point < 0x800U) {
    put(0xC0U | (code_point >> 6U));
    put_six_bits(0);
  } else if (code_point < 0x10000U) {
    put(0xE0U | (code_point >> 12U));
    put_six_bits(6);
    put_six_bits(0);
  } else {
    put(0xF0U | (code_point >> 18U));
    put_six_bits(12);
    put_six_bits(6);
    put_six_bits(0);
  }
}

}  // namespace

std::optional<std::int64_t> find_invalid_utf8(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t size = step(text, at).size;
    if (size == 0) return static_cast<std::int64_t>(at);
    at += size;
  }
  return std::nullopt;
}

std::u32string decode_utf8(std::string_view text) {
  std::u32string code_points;
  code_points.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const Step next = step(text, at);
    AT2_EXPECT(next.size > 0, "the text is valid UTF-8");
    code_points.push_back(next.code_point);
    at += next.size;
  }
  return code_points;
}

std::string encode_utf8(std::u32string_view code_points) {
  std::string text;
  text.reserve(code_points.size());
  for (const char32_t code_point : code_points) append_utf8(text, code_point);
  return text;
}

CodePointOffsets::CodePointOffsets(std::string_view text) {
  begins_.reserve(text.size() + 1);
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (!is_continuation(static_cast<unsigned char>(text[at]))) begins_.push_back(static_cast<std::int64_t>(at));
  }
  begins_.push_back(static_cast<std::int64_t>(text.size()));
}

std::int64_t CodePointOffsets::to_byte(std::int64_t code_point) const {
  AT2_EXPECT(code_point >= 0 && code_point <= size(), "the code point is in the text");
  return begins_[static_cast<std::size_t>(code_point)];
}

std::int64_t CodePointOffsets::to_code_point(std::int64_t byte) const {
  const auto found = std::lower_bound(begins_.begin(), begins_.end(), byte);
  AT2_EXPECT(found != begins_.end() && *found == byte, "a character begins at this byte");
  return found - begins_.begin();
}

CharRange CodePointOffsets::to_bytes(CharRange code_points) const {
  return {to_byte(code_points.begin), to_byte(code_points.end)};
}

CharRange CodePointOffsets::to_code_points(CharRange bytes) const {
  return {to_code_point(bytes.begin), to_code_point(bytes.end)};
}

}  // namespace at2
