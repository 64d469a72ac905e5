/// \file report/grouped_bars.h
/// \brief Upright bars in groups, in several panels (paper, Figures 4a, 4b and 19-24).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "report/chart_parts.h"

namespace at2 {

/// Bars side by side, one per series.
struct BarGroup {
  /// Below the bars; wrapped.
  std::string label;
  /// By series; without a value "–" is shown.
  std::vector<std::optional<Estimate>> values;
};

struct BarPanel {
  std::string title;
  /// Panels with the same name share their ticks, so that their bars can be compared.
  std::string axis_label;
  std::vector<BarGroup> groups;
  /// Of values shown on hovering.
  int decimals = 2;
};

struct GroupedBarChart {
  std::string title;
  std::vector<LegendEntry> series;
  /// Row by row.
  std::vector<BarPanel> panels;
  /// Panels beside each other, where they fit.
  std::size_t columns = 2;
};

/// Bars from zero with whiskers of one standard error, under one legend.
/// \pre every group has a value or nothing per series; there is a series, a panel, and a group in each panel
[[nodiscard]] std::string grouped_bar_chart(const GroupedBarChart& chart);

}  // namespace at2
