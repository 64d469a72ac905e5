/// \file train/feature_scales.h
/// \brief Brings features of different kinds to one scale.
#pragma once

#include <cstdint>
#include <vector>

#include "comm/communicator.h"
#include "train/feature_source.h"

namespace at2 {

/// Targets that are looked at, spread evenly over all.
inline constexpr std::int64_t kScaledTargets = 4096;

/// All targets, or if there are more, kScaledTargets of them, evenly apart.
[[nodiscard]] std::vector<TargetIndex> spread_targets(const FeatureSource& source);

/// For each of F features, of which there are `num_kinds` kinds of equal number side by side, 1 / the mean magnitude of
/// its kind over ablations, targets and heads; 1 where that is 0. Equal bits for any number of ranks. \collective
/// \pre num_kinds divides num_features; there is a target
[[nodiscard]] std::vector<double> feature_scales(const FeatureSource& source, std::int64_t num_features,
                                                 std::int64_t num_kinds, Communicator& communicator);

}  // namespace at2
