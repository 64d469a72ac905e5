/// \file hot_path.h
/// \brief One measured computation.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace at2::benchmarks {

/// Values to compare with those of the other side.
struct NamedNumbers {
  /// Says in which way they are compared: "log_probs", "ids", ...
  std::string name;
  std::vector<double> values;
};

struct Measured {
  /// Wall-clock, of the path alone.
  double seconds = 0;
  /// Floating-point operations that it needs; 0 = not counted.
  double flops = 0;
  std::vector<NamedNumbers> numbers;
};

struct PathRequest {
  /// Less work than usual: so many masks, new tokens or steps.
  std::optional<std::int64_t> limit;
  /// Of growth curves (curve_paths.h).
  std::int64_t length = 512;
  std::int64_t ablations = 32;
  std::int64_t targets = 4;
};

using HotPath = std::function<Measured(const PathRequest&)>;
using HotPaths = std::map<std::string, HotPath>;

}  // namespace at2::benchmarks
