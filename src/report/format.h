/// \file report/format.h
/// \brief Numbers and texts as a reader sees them. Independent of the locale.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "evaluate/statistics.h"

namespace at2 {

/// Shown where there is no value.
inline constexpr std::string_view kNoValue = "–";

/// `value` with that many decimals; kNoValue for NaN; no negative zero.
[[nodiscard]] std::string fixed(double value, int decimals);

/// Shortest text that reads back as the same double; empty for NaN and infinities.
[[nodiscard]] std::string exact(double value);

/// "0.71 ± 0.03"; without the error where it is NaN; kNoValue for no estimate.
[[nodiscard]] std::string with_error(const std::optional<Estimate>& estimate, int decimals);

/// Bootstrap intervals of fewer values are too narrow to call a difference real: four have one sign by chance in one
/// case of eight.
inline constexpr std::int64_t kFewestToJudge = 10;

/// Whether a difference is taken as real: its interval excludes 0, and it is over kFewestToJudge examples or more.
[[nodiscard]] bool excludes_zero(const Estimate& difference);

/// "-0.12 [-0.15, -0.08] *": mean and 95 % interval, a star where excludes_zero(); kNoValue for no estimate.
[[nodiscard]] std::string with_interval(const std::optional<Estimate>& estimate, int decimals);

/// Three significant digits without exponent: "0.0123", "1.5", "32", "12,345". kNoValue for NaN.
[[nodiscard]] std::string compact(double value);

/// "12"; kNoValue for 0.
[[nodiscard]] std::string count_or_none(std::int64_t count);

/// "512 bytes", "12.3 KB", "105 MB", "1.5 GB": powers of 1000.
[[nodiscard]] std::string bytes_text(std::int64_t bytes);

/// "0.4 ms", "12.3 s", "4 min 12 s", "1 h 02 min".
[[nodiscard]] std::string duration_text(double seconds);

/// "a, b and c"; empty for none.
[[nodiscard]] std::string joined(const std::vector<std::string>& parts);

/// Columns that a UTF-8 text takes in a terminal: combining marks take none, East Asian wide characters and emoji two.
[[nodiscard]] std::size_t display_width(std::string_view text);

/// At most `width` columns of `text`, ending in "…" where something was cut.
[[nodiscard]] std::string shortened(std::string_view text, std::size_t width);

/// Text for HTML and SVG, also within quoted attributes: & < > " ' are escaped; bytes that are not UTF-8 and control
/// characters that XML forbids become U+FFFD.
[[nodiscard]] std::string escape_markup(std::string_view text);

/// Lower-case letters, digits and "_" only, for file names and ids.
[[nodiscard]] std::string slug(std::string_view text);

/// The code point that starts at `position`, and how many bytes it takes; U+FFFD and 1 where the bytes are not UTF-8.
struct CodePoint {
  char32_t value = 0;
  std::size_t num_bytes = 0;
};
/// \pre position < text.size()
[[nodiscard]] CodePoint code_point_at(std::string_view text, std::size_t position);

}  // namespace at2
