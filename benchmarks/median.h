/// \file median.h
/// \brief The middle of measured times.
#pragma once

#include <algorithm>
#include <vector>

namespace at2::benchmarks {

/// The upper of the two in the middle where there are two. \pre values is not empty
[[nodiscard]] inline double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

}  // namespace at2::benchmarks
