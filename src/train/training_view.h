/// \file train/training_view.h
/// \brief A part of a training set: some features, fewer examples, fewer ablations of each.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "config/options.h"
#include "train/feature_source.h"

namespace at2 {

/// What of a training set is seen: everything, unless told otherwise.
struct TrainingPart {
  /// Kinds of features, in the order in which they are to stand; empty = all.
  std::vector<Feature> features = {};
  /// The first so many examples; 0 = all.
  std::int64_t max_examples = 0;
  /// The first so many ablations of each; 0 = all.
  std::int64_t max_ablations = 0;
};

/// A training set of which a part is seen. Examples beyond it have no targets, so that none is drawn.
class TrainingView final : public FeatureSource {
 public:
  /// Keeps a reference to `source`, whose features are of `measured` kinds, equally many of each.
  /// \throws UserError if there are fewer examples than asked for
  /// \pre the part's features are among `measured`
  TrainingView(const FeatureSource& source, std::span<const Feature> measured, TrainingPart part);

  [[nodiscard]] std::int64_t num_examples() const override { return source_->num_examples(); }
  [[nodiscard]] std::int64_t num_targets(std::int64_t example) const override;
  /// \throws UserError if the example has fewer ablations than asked for
  [[nodiscard]] TargetFeatures target(TargetIndex index) const override;
  void read_ahead(std::span<const TargetIndex> targets) const override { source_->read_ahead(targets); }

 private:
  const FeatureSource* source_;
  TrainingPart part_;
  std::vector<Feature> measured_;
  std::int64_t end_ = 0;
};

}  // namespace at2
