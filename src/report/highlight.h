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
};

/// Cuts a text at the borders of the sources with positive strength. Where sources overlap the strongest wins; borders
/// move to whole UTF-8 characters.
/// \pre one strength per source; ranges lie within the text
[[nodiscard]] std::vector<HighlightPiece> highlight_pieces(std::string_view text, std::span<const CharRange> sources,
                                                           std::span<const double> strengths);

/// HTML: coloured pieces are <mark style="--s:STRENGTH" title="score ...">, the rest is plain, all escaped. White space
/// that a coloured piece starts with is left plain.
[[nodiscard]] std::string highlighted_html(std::string_view text, std::span<const CharRange> sources,
                                           std::span<const double> scores, double threshold);

/// The same for a terminal with 256 colours: blue backgrounds of four strengths.
[[nodiscard]] std::string highlighted_terminal(std::string_view text, std::span<const CharRange> sources,
                                               std::span<const double> scores, double threshold);

}  // namespace at2
