/// \file report/timing_table.h
/// \brief Times of attributions as a table (paper, Figure 4c).
#pragma once

#include <string>

#include "report/table.h"

namespace at2 {

/// Operations x (time with its quartiles, share of a forward pass, peak memory).
[[nodiscard]] Table timing_table(const TimingView& view);

/// What `at2 bench-attribution` prints at its end.
[[nodiscard]] std::string timing_summary(const TimingView& view);

}  // namespace at2
