/// \file report/figures.h
/// \brief Charts of one run as SVG: bars (paper, Figure 4), coefficients (Figure 6), the training loss.
///
/// A chart is an <svg> element without colours and patterns of its own: it takes them from `figure_css` and
/// `figure_defs`, which a page includes once and `standalone_svg` puts inside.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "report/chart_parts.h"
#include "report/metric.h"
#include "report/results.h"

namespace at2 {

/// One horizontal bar; without a value "–" is shown.
struct Bar {
  std::string label;
  std::optional<Spread> spread;
  /// Written at the end of the line.
  std::string beside;
  /// Shown on hovering.
  std::string title;
  MethodStyle style;
  /// Whether the texts are bold.
  enum class Emphasis { none, strong } emphasis = Emphasis::none;
};

struct BarChart {
  std::string title;
  std::string axis_label;
  std::vector<Bar> bars;
};

/// A method's bar with a whisker of one standard error to both sides.
/// \param decimals    of the value beside it
/// \param confidence  of its interval
[[nodiscard]] Bar estimate_bar(const std::string& method, const std::optional<Estimate>& value, int decimals,
                               double confidence = kConfidence);

/// Bars from zero.
[[nodiscard]] std::string bar_chart(const BarChart& chart);

/// Coefficients as coloured cells, layers to the right and heads downwards; blue above zero, orange below, and as
/// strong as the coefficient is large beside the largest one. Includes the colour scale. Every cell has a title.
/// \pre coefficients_LH.size() == num_layers * num_heads > 0
[[nodiscard]] std::string theta_heat_map(const ThetaView& theta);

/// Loss by training step. \pre losses is not empty
[[nodiscard]] std::string loss_chart(std::span<const double> losses);

/// The chart of one metric for one kind of source.
[[nodiscard]] BarChart metric_chart(const RunResults& results, const std::string& sources, Metric metric);

/// The running times (paper, Figure 4c): medians, whiskers to the quartiles, and beside them the share of a forward
/// pass. In milliseconds where all are below a second. \param title  of the chart
[[nodiscard]] BarChart timing_chart(const TimingView& timing, std::string_view title);

/// Colours of charts, light and dark.
[[nodiscard]] std::string_view figure_css();

/// Patterns and gradients of charts, a <defs> element.
[[nodiscard]] std::string_view figure_defs();

/// `figure_defs` in an element of its own that takes no place, for a page.
[[nodiscard]] std::string page_defs();

/// A file of its own: the chart with its colours and a background.
[[nodiscard]] std::string standalone_svg(const std::string& svg);

}  // namespace at2
