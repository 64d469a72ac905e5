#include "train/training_view.h"

#include <string>
#include <utility>

#include "ablation/feature_kinds.h"
#include "base/errors.h"

namespace at2 {
namespace {

/// One past the last of the first `count` examples that have a target.
std::int64_t end_of(const FeatureSource& source, std::int64_t count) {
  if (count == 0) return source.num_examples();
  std::int64_t seen = 0;
  for (std::int64_t example = 0; example < source.num_examples(); ++example) {
    if (source.num_targets(example) > 0 && ++seen == count) return example + 1;
  }
  throw UserError("train.max_examples is " + std::to_string(count),
                  "only " + std::to_string(seen) + " training examples have a target",
                  "ask for no more than there are, or measure more");
}

}  // namespace

TrainingView::TrainingView(const FeatureSource& source, std::span<const Feature> measured, TrainingPart part)
    : source_(&source),
      part_(std::move(part)),
      measured_(measured.begin(), measured.end()),
      end_(end_of(source, part_.max_examples)) {
  if (part_.features.empty()) part_.features = measured_;
}

std::int64_t TrainingView::num_targets(std::int64_t example) const {
  return example < end_ ? source_->num_targets(example) : 0;
}

TargetFeatures TrainingView::target(TargetIndex index) const {
  TargetFeatures seen = source_->target(index);
  if (part_.max_ablations != 0) {
    const std::int64_t measured = seen.logit_probs_M.size(0);
    if (measured < part_.max_ablations) {
      throw UserError("train.max_ablations is " + std::to_string(part_.max_ablations),
                      std::to_string(measured) + " were measured", "ask for no more");
    }
    seen.features_MF = seen.features_MF.narrow(0, 0, part_.max_ablations);
    seen.logit_probs_M = seen.logit_probs_M.narrow(0, 0, part_.max_ablations);
  }
  seen.features_MF = of_kinds(seen.features_MF, measured_, part_.features);
  return seen;
}

}  // namespace at2
