/// \file train/batch_stream.h
/// \brief The batches of a training in turn.
#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "comm/communicator.h"
#include "config/options.h"
#include "train/batch_sampler.h"
#include "train/feature_source.h"

namespace at2 {

/// The batches of options.steps steps. The source hears of this rank's share of each one step before it is returned.
class BatchStream {
 public:
  /// Keeps references to `source` and `communicator`.
  BatchStream(const FeatureSource& source, const TrainOptions& options, std::uint64_t seed,
              const Communicator& communicator);

  /// \pre fewer than options.steps batches were taken
  [[nodiscard]] std::vector<TargetIndex> next();

 private:
  void announce_next();

  const FeatureSource* source_;
  const Communicator* communicator_;
  BatchSampler sampler_;
  std::int64_t steps_;
  std::int64_t steps_drawn_ = 0;
  std::deque<std::vector<TargetIndex>> drawn_;
  std::vector<TargetIndex> announced_;
};

}  // namespace at2
