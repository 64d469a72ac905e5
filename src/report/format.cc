#include "report/format.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "base/errors.h"

namespace at2 {
namespace {

constexpr char32_t kReplacement = 0xFFFD;

/// "1234567" -> "1,234,567"; \pre digits only
std::string with_separators(std::string digits) {
  for (std::size_t place = digits.size(); place > 3; place -= 3) digits.insert(place - 3, ",");
  return digits;
}

struct Block {
  char32_t first, last;
};

/// Combining marks, joiners and variation selectors.
constexpr std::array<Block, 6> kZeroWidth = {
    {{0x0300, 0x036F}, {0x0591, 0x05BD}, {0x200B, 0x200F}, {0x20D0, 0x20FF}, {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F}}};
/// East Asian wide and full-width blocks, and emoji.
constexpr std::array<Block, 9> kWide = {{{0x1100, 0x115F},
                                         {0x2E80, 0x303E},
                                         {0x3041, 0xA4CF},
                                         {0xAC00, 0xD7A3},
                                         {0xF900, 0xFAFF},
                                         {0xFE30, 0xFE6F},
                                         {0xFF00, 0xFF60},
                                         {0x1F300, 0x1FAFF},
                                         {0x20000, 0x3FFFD}}};

template <std::size_t size>
bool within(const std::array<Block, size>& blocks, char32_t value) {
  return std::any_of(blocks.begin(), blocks.end(),
                     [&](const Block& block) { return value >= block.first && value <= block.last; });
}

std::size_t width_of(char32_t value) {
  if (within(kZeroWidth, value)) return 0;
  return within(kWide, value) ? 2 : 1;
}

}  // namespace

std::string fixed(double value, int decimals) {
  if (std::isnan(value)) return std::string(kNoValue);
  std::array<char, 400> buffer{};
  const auto end = std::to_chars(buffer.begin(), buffer.end(), value, std::chars_format::fixed, decimals).ptr;
  std::string text(buffer.begin(), end);
  if (text.front() == '-' && text.find_first_of("123456789i") == std::string::npos) text.erase(0, 1);
  return text;
}

std::string exact(double value) {
  if (!std::isfinite(value)) return "";
  std::array<char, 32> buffer{};
  return {buffer.begin(), std::to_chars(buffer.begin(), buffer.end(), value).ptr};
}

std::string with_error(const std::optional<Estimate>& estimate, int decimals) {
  if (!estimate || std::isnan(estimate->mean)) return std::string(kNoValue);
  std::string text = fixed(estimate->mean, decimals);
  if (!std::isnan(estimate->standard_error)) text += " ± " + fixed(estimate->standard_error, decimals);
  return text;
}

bool excludes_zero(const Estimate& difference) {
  return difference.count >= kFewestToJudge && (difference.low > 0 || difference.high < 0);
}

std::string with_interval(const std::optional<Estimate>& estimate, int decimals) {
  if (!estimate || std::isnan(estimate->mean)) return std::string(kNoValue);
  return fixed(estimate->mean, decimals) + " [" + fixed(estimate->low, decimals) + ", " +
         fixed(estimate->high, decimals) + "]" + (excludes_zero(*estimate) ? " *" : "");
}

std::string compact(double value) {
  if (!std::isfinite(value)) return std::string(kNoValue);
  const double magnitude = std::abs(value);
  if (magnitude >= 999.5) return (value < 0 ? "-" : "") + with_separators(fixed(magnitude, 0));
  if (magnitude == 0) return "0";
  const int decimals = std::clamp(2 - static_cast<int>(std::floor(std::log10(magnitude))), 0, 9);
  std::string text = fixed(value, decimals);
  if (text.find('.') == std::string::npos) return text;
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

std::string count_or_none(std::int64_t count) { return count == 0 ? std::string(kNoValue) : std::to_string(count); }

std::string bytes_text(std::int64_t bytes) {
  constexpr std::array<const char*, 4> kUnits = {"KB", "MB", "GB", "TB"};
  constexpr std::int64_t kKilo = 1000;
  if (bytes < kKilo) return std::to_string(bytes) + (bytes == 1 ? " byte" : " bytes");
  auto size = static_cast<double>(bytes) / kKilo;
  std::size_t unit = 0;
  for (; size >= 999.5 && unit + 1 < kUnits.size(); ++unit) size /= kKilo;
  return compact(size) + " " + kUnits.at(unit);
}

std::string duration_text(double seconds) {
  if (!std::isfinite(seconds)) return std::string(kNoValue);
  if (seconds < 0.9995) return compact(1000 * seconds) + " ms";
  if (seconds < 59.95) return fixed(seconds, 1) + " s";
  const auto two_digits = [](long long value) { return (value < 10 ? "0" : "") + std::to_string(value); };
  const long long whole = std::llround(seconds);
  if (whole < 3600) return std::to_string(whole / 60) + " min " + two_digits(whole % 60) + " s";
  return std::to_string(whole / 3600) + " h " + two_digits(whole % 3600 / 60) + " min";
}

std::string joined(const std::vector<std::string>& parts) {
  std::string text;
  for (std::size_t index = 0; index < parts.size(); ++index) {
    text += (index == 0 ? "" : index + 1 == parts.size() ? " and " : ", ") + parts[index];
  }
  return text;
}

CodePoint code_point_at(std::string_view text, std::size_t position) {
  AT2_EXPECT(position < text.size(), "a position within the text");
  const auto byte = [&](std::size_t offset) { return static_cast<unsigned char>(text[position + offset]); };
  const unsigned lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  const std::size_t num_bytes = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || position + num_bytes > text.size()) return {kReplacement, 1};
  char32_t value = lead & (0xFFU >> (num_bytes + 1));
  for (std::size_t offset = 1; offset < num_bytes; ++offset) {
    if ((byte(offset) & 0xC0U) != 0x80) return {kReplacement, 1};
    value = (value << 6) | (byte(offset) & 0x3FU);
  }
  constexpr std::array<char32_t, 5> kSmallest = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
  if (value < kSmallest[num_bytes] || value > 0x10FFFF || surrogate) return {kReplacement, 1};
  return {value, num_bytes};
}

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  for (std::size_t position = 0; position < text.size();) {
    const CodePoint point = code_point_at(text, position);
    width += width_of(point.value);
    position += point.num_bytes;
  }
  return width;
}

std::string shortened(std::string_view text, std::size_t width) {
  if (display_width(text) <= width) return std::string(text);
  std::size_t used = 0;
  std::size_t position = 0;
  while (position < text.size()) {
    const CodePoint point = code_point_at(text, position);
    if (used + width_of(point.value) + 1 > width) break;
    used += width_of(point.value);
    position += point.num_bytes;
  }
  return std::string(text.substr(0, position)) + "…";
}

std::string escape_markup(std::string_view text) {
  std::string escaped;
  escaped.reserve(text.size());
  for (std::size_t position = 0; position < text.size();) {
    const CodePoint point = code_point_at(text, position);
    const bool control = point.value < 0x20 && point.value != '\n' && point.value != '\t' && point.value != '\r';
    const bool forbidden = point.value == 0xFFFE || point.value == 0xFFFF;
    switch (point.value) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\'':
        escaped += "&#39;";
        break;
      case kReplacement:
        escaped += "\uFFFD";
        break;
      default:
        if (control || forbidden) {
          escaped += "\uFFFD";
        } else {
          escaped += text.substr(position, point.num_bytes);
        }
    }
    position += point.num_bytes;
  }
  return escaped;
}

std::string slug(std::string_view text) {
  std::string result;
  for (const char c : text) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    const bool capital = c >= 'A' && c <= 'Z';
    result += letter ? c : capital ? static_cast<char>(c - 'A' + 'a') : '_';
  }
  return result;
}

}  // namespace at2
