/// \file train/sparse_heads.h
/// \brief Which attention heads theta weighs where it may weigh some of them only (train.sparse_heads).
///
/// A head is chosen with all its features: f, f + L H, f + 2 L H, ... for head f = l H + h.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "comm/communicator.h"
#include "config/options.h"
#include "train/feature_source.h"
#include "train/score_estimator.h"

namespace at2 {

/// Whether a first training on all heads chooses those of a second one. \param all_heads  L H
[[nodiscard]] bool trains_twice(const TrainOptions& options, std::int64_t all_heads);

/// Mean magnitude of each feature over the ablations of spread_targets(): [F]. Equal bits for any number of ranks and
/// threads. \collective \pre there is a target
[[nodiscard]] std::vector<double> feature_magnitudes(const FeatureSource& source, std::int64_t num_features,
                                                     Communicator& communicator);

/// How much each head tells: the sum over its features of |theta_f| magnitude_f, [L H]. \pre L H divides F
[[nodiscard]] std::vector<double> head_strengths(std::span<const double> theta_F, std::span<const double> magnitude_F,
                                                 std::int64_t all_heads);

/// The `count` strongest heads, ascending; of equally strong ones the lower comes first. All if there are not as many.
[[nodiscard]] std::vector<std::int64_t> strongest_heads(std::span<const double> strengths, std::int64_t count);

/// All features of these heads, ascending, for `num_kinds` features of each head.
[[nodiscard]] std::vector<std::int64_t> features_of(std::span<const std::int64_t> heads, std::int64_t all_heads,
                                                    std::int64_t num_kinds);

/// Heads with a feature whose weight is not 0, ascending.
[[nodiscard]] std::vector<std::int64_t> weighed_heads(const ScoreEstimator& estimator);

}  // namespace at2
