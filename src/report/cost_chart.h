/// \file report/cost_chart.h
/// \brief What a method's quality costs: LDS against the passes that one attribution takes.
#pragma once

#include <string>
#include <vector>

#include "report/chart_parts.h"

namespace at2 {

struct CostPoint {
  std::string method;
  /// Forward passes, a backward pass counted as two. \pre > 0
  double passes = 1;
  Estimate lds;
};

struct CostPanel {
  std::string title;
  std::vector<CostPoint> points;
};

/// A point with an error bar of one standard error per method, named beside it; panels side by side, with shared
/// axes. \pre there is a panel, and a point in each
[[nodiscard]] std::string cost_chart(const std::vector<CostPanel>& panels, const std::string& title);

}  // namespace at2
