/// \file report/line_chart.h
/// \brief Curves over a logarithmic axis, and levels to compare them with.
#pragma once

#include <string>
#include <vector>

#include "report/chart_parts.h"

namespace at2 {

struct CurvePoint {
  /// \pre > 0
  double x = 1;
  Estimate value;
  /// Shown on hovering.
  std::string title;
};

struct Curve {
  std::string label;
  /// In any order. Where several have the same x, the line goes through their mean. \pre not empty
  std::vector<CurvePoint> points;
};

/// A dashed line from side to side.
struct ChartLevel {
  std::string label;
  Estimate value;
  /// Its colour, which no curve takes while there are others.
  MethodStyle style;
};

struct LineChart {
  std::string title;
  /// Below the title, wrapped; may be empty.
  std::string subtitle;
  std::string x_label;
  std::string y_label;
  std::vector<Curve> curves;
  std::vector<ChartLevel> levels;
  /// Of values in the legend.
  int decimals = 3;
};

/// Markers with error bars of one standard error, joined by a line for each curve; x is logarithmic, y need not begin
/// at zero. The legend is below. \pre there is a curve
[[nodiscard]] std::string line_chart(const LineChart& chart);

}  // namespace at2
