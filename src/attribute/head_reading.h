/// \file attribute/head_reading.h
/// \brief What attribution methods read of a model's attention heads.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "ablation/head_outputs.h"
#include "ablation/head_selection.h"
#include "attribute/attributor.h"
#include "config/options.h"
#include "train/score_estimator.h"

namespace at2 {

/// Features, and of which heads.
struct HeadReading {
  /// Attention and the others that are read, in the order of the enumeration.
  std::vector<Feature> features = {Feature::attention};
  HeadSelection heads = {};
  bool operator==(const HeadReading&) const = default;
};

/// The heads that theta has a weight for that is not 0.
[[nodiscard]] HeadSelection heads_weighed_by(const ScoreEstimator& estimator);

/// What the methods and the other estimators read together: theta reads the heads that it weighs, averages over heads
/// read all. With methods that read no head it is attention of all. Estimators as for make_attributors.
[[nodiscard]] HeadReading head_reading(std::span<const Method> methods, const Estimators& estimators);
/// The same and these features, of all heads.
[[nodiscard]] HeadReading with_all_heads(HeadReading reading, std::span<const Feature> features);

/// Prepares the reading for a model, which must outlive it.
[[nodiscard]] std::shared_ptr<const HeadOutputs> outputs_for(const LanguageModel& model, const HeadReading& reading);

}  // namespace at2
