/// \file report/text_layout.h
/// \brief How much room texts take in a chart, and where they go.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace at2 {

/// Pixels that a text takes at most, as wide fonts draw it.
[[nodiscard]] double text_width(std::string_view text, double font_size = 12);

/// Lines of at most `width` pixels, cut at blanks and after hyphens, within a word where it must be.
[[nodiscard]] std::vector<std::string> wrapped(std::string_view text, double width, double font_size = 12);

/// The places nearest to the wanted ones that lie at least `distance` apart, in the same order.
/// \param wanted  in any order \return one place per wanted place, ends within [low, high] where they fit
[[nodiscard]] std::vector<double> spread_places(std::span<const double> wanted, double distance, double low,
                                                double high);

}  // namespace at2
