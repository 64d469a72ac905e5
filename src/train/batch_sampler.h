/// \file train/batch_sampler.h
/// \brief Which targets a training step is made of.
#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "train/feature_source.h"

namespace at2 {

/// Draws the batches of a training, a function of seed and step alone. Holds 8 bytes per example, and 8 more for each
/// thread while it draws.
class BatchSampler {
 public:
  /// Keeps a reference to `source`. \pre batch_size > 0
  BatchSampler(const FeatureSource& source, std::int64_t batch_size, std::uint64_t seed);

  /// The targets of `step`: `batch_size` examples drawn without replacement (all if there are fewer), one random target
  /// of each. Empty if no example has a target.
  [[nodiscard]] std::vector<TargetIndex> draw(std::int64_t step) const;

  /// The batches of `count` steps from `first` on, drawn by all threads of this rank.
  [[nodiscard]] std::deque<std::vector<TargetIndex>> draw_several(std::int64_t first, std::int64_t count) const;

 private:
  const FeatureSource* source_;
  std::int64_t batch_size_;
  std::uint64_t seed_;
  /// Examples with a target.
  std::vector<std::int64_t> eligible_;
};

}  // namespace at2
