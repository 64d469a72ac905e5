#include "train/validation_split.h"

#include <cstddef>

#include "base/errors.h"
#include "base/random.h"

namespace at2 {

ValidationSplit::ValidationSplit(const FeatureSource& source, double fraction, std::uint64_t seed)
    : source_(&source), apart_(static_cast<std::size_t>(source.num_examples()), false) {
  if (fraction == 0) return;
  std::int64_t trained_on = 0;
  for (std::int64_t example = 0; example < source.num_examples(); ++example) {
    RandomStream stream(seed, "validation split", {static_cast<std::uint64_t>(example)});
    const std::int64_t targets = source.num_targets(example);
    if (stream.uniform() >= fraction) {
      trained_on += targets;
      continue;
    }
    apart_[static_cast<std::size_t>(example)] = true;
    for (std::int64_t target = 0; target < targets; ++target) validation_.push_back({example, target});
  }
  if (validation_.empty() || trained_on == 0) {
    throw UserError("train.validation_fraction leaves nothing to " +
                        std::string(validation_.empty() ? "choose the best step with" : "train on"),
                    "there are " + std::to_string(source.num_examples()) + " training examples",
                    "use more examples, another seed, or train.validation_fraction: 0");
  }
}

std::int64_t ValidationSplit::num_targets(std::int64_t example) const {
  return apart_[static_cast<std::size_t>(example)] ? 0 : source_->num_targets(example);
}

}  // namespace at2
