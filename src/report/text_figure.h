/// \file report/text_figure.h
/// \brief A text highlighted in several ways side by side (paper, Figures 1 to 3 and 7 to 18).
#pragma once

#include <string>
#include <vector>

#include "base/ranges.h"

namespace at2 {

/// The text as one method or attention head scores it.
struct TextColumn {
  std::string heading;
  /// One per source.
  std::vector<double> scores;
};

struct TextFigure {
  std::string title;
  std::string query;
  std::string response;
  /// What of the response is attributed.
  CharRange target;
  /// What `text` is: "Context".
  std::string text_name;
  std::string text;
  /// Within the text, in order.
  std::vector<CharRange> sources;
  std::vector<TextColumn> columns;
  /// Scores above this share of a column's largest are coloured.
  double threshold = 0.2;
  /// Sources beside a coloured one that are shown where parts of a long text are left out.
  std::int64_t neighbours = 0;
};

/// Texts of more bytes are not shown whole.
inline constexpr std::size_t kLongText = 1500;

/// An HTML fragment with the classes of report/page/base.css.
[[nodiscard]] std::string text_figure_html(const TextFigure& figure);

/// The same as an <svg> element, in a font of fixed width.
[[nodiscard]] std::string text_figure_svg(const TextFigure& figure);

}  // namespace at2
