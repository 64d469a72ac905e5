/// \file report/figures.h
/// \brief Charts as SVG: bars with standard errors (paper, Figure 4), coefficients (Figure 6), the training loss.
///
/// A chart is an <svg> element without colours of its own: it takes them from `figure_css`, which a page includes once
/// and `standalone_svg` puts inside.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "report/results.h"

namespace at2 {

/// One horizontal bar; without a value "–" is shown.
struct Bar {
  std::string label;
  std::optional<Estimate> value;
  /// Drawn in the accent colour.
  enum class Emphasis { none, strong } emphasis = Emphasis::none;
};

struct BarChart {
  std::string title;
  std::string axis_label;
  std::vector<Bar> bars;
  /// Of the values written beside the bars.
  int decimals = 2;
};

/// Round numbers from at or below `low` to at or above `high`, about `count` of them. \pre low < high
[[nodiscard]] std::vector<double> axis_ticks(double low, double high, int count);

/// Bars from zero, with a whisker of one standard error to both sides.
[[nodiscard]] std::string bar_chart(const BarChart& chart);

/// Coefficients as coloured cells, layers to the right and heads downwards; blue above zero, orange below, and as
/// strong as the coefficient is large beside the largest one. Includes the colour scale. Every cell has a title.
/// \pre coefficients_LH.size() == num_layers * num_heads > 0
[[nodiscard]] std::string theta_heat_map(const ThetaView& theta);

/// Loss by training step. \pre losses is not empty
[[nodiscard]] std::string loss_chart(std::span<const double> losses);

/// The chart of one metric for one kind of source. `k` is the k of the top-k drop; nothing for LDS.
[[nodiscard]] BarChart metric_chart(const RunResults& results, const std::string& sources,
                                    std::optional<std::int64_t> k);

/// Colours of charts, light and dark.
[[nodiscard]] std::string_view figure_css();

/// A file of its own: the chart with its colours and a background.
[[nodiscard]] std::string standalone_svg(const std::string& svg);

}  // namespace at2
