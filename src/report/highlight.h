/// \file report/highlight.h
/// \brief Which parts of a text to colour, and how strongly (paper, Figures 3 and 7-18).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/ranges.h"

namespace at2 {

/// Scores divided by the largest; 0 for those not above `threshold` and where no score is positive.
/// \pre 0 <= threshold < 1
[[nodiscard]] std::vector<double> highlight_strengths(std::span<const double> scores, double threshold);

/// A piece of a text; pieces follow each other and cover it all.
struct HighlightPiece {
  CharRange range;
  /// Index of the source to colour it for; nothing for plain text.
  std::optional<std::size_t> source;
  enum class Kind { shown, left_out } kind = Kind::shown;
};

/// Stands for what was left out.
inline constexpr std::string_view kLeftOut = "[…]";

/// Cuts a text at the borders of the sources with positive strength. Where sources overlap the strongest wins; borders
/// move to whole UTF-8 characters.
/// \pre one strength per source; ranges lie within the text
[[nodiscard]] std::vector<HighlightPiece> highlight_pieces(std::string_view text, std::span<const CharRange> sources,
                                                           std::span<const double> strengths);

/// The same, leaving out what is further than `neighbours` sources from a coloured one (paper, appendix B.2). Whole
/// words are shown, and gaps of a few characters. Everything is shown if nothing is coloured.
/// \pre as for highlight_pieces; the sources are in order; neighbours >= 0
[[nodiscard]] std::vector<HighlightPiece> elided_pieces(std::string_view text, std::span<const CharRange> sources,
                                                        std::span<const double> strengths, std::int64_t neighbours);

/// HTML of pieces: those of a source are <mark style="--s:STRENGTH" title="score ...">, those that were left out
/// <span class="gap">, all escaped. White space that a coloured piece starts with is left plain.
[[nodiscard]] std::string pieces_html(std::string_view text, std::span<const HighlightPiece> pieces,
                                      std::span<const double> scores, std::span<const double> strengths);

/// HTML of the whole text, with scores above the threshold coloured.
[[nodiscard]] std::string highlighted_html(std::string_view text, std::span<const CharRange> sources,
                                           std::span<const double> scores, double threshold);

}  // namespace at2
