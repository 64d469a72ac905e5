/// \file report/prune_chart.h
/// \brief F1 of answers by the number of sources that were kept (paper, Figure 5).
#pragma once

#include <string>
#include <string_view>

#include "report/results.h"

namespace at2 {

/// A line per method with error bars of one standard error; level lines with a band of one standard error for the
/// whole context and for the oracle. Lines are named at their right ends. \pre view.rows is not empty
[[nodiscard]] std::string prune_chart(const PruneView& view, std::string_view title);

}  // namespace at2
