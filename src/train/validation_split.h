/// \file train/validation_split.h
/// \brief Training examples set apart to choose the best step.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "train/feature_source.h"

namespace at2 {

/// A training set less the examples that are set apart: these have no targets in it, so that none is drawn.
/// Drawn ones depend on the seed and each example's place alone.
class ValidationSplit final : public FeatureSource {
 public:
  /// Keeps a reference to `source`. \throws UserError if either part would have no target
  ValidationSplit(const FeatureSource& source, double fraction, std::uint64_t seed);
  /// Sets the examples apart that `apart` says. \pre it has an entry for each
  ValidationSplit(const FeatureSource& source, std::vector<bool> apart);

  [[nodiscard]] std::int64_t num_examples() const override { return source_->num_examples(); }
  [[nodiscard]] std::int64_t num_targets(std::int64_t example) const override;
  [[nodiscard]] TargetFeatures target(TargetIndex index) const override { return source_->target(index); }
  void read_ahead(std::span<const TargetIndex> targets) const override { source_->read_ahead(targets); }

  /// All targets of the examples that are set apart; none for fraction 0.
  [[nodiscard]] const std::vector<TargetIndex>& validation() const noexcept { return validation_; }

 private:
  const FeatureSource* source_;
  /// By example.
  std::vector<bool> apart_;
  std::vector<TargetIndex> validation_;
};

}  // namespace at2
