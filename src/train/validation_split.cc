#include "train/validation_split.h"

#include <cstddef>
#include <string>
#include <utility>

#include "base/errors.h"
#include "base/random.h"

namespace at2 {
namespace {

std::vector<bool> drawn(std::int64_t num_examples, double fraction, std::uint64_t seed) {
  std::vector<bool> apart(static_cast<std::size_t>(num_examples), false);
  for (std::size_t example = 0; fraction != 0 && example < apart.size(); ++example) {
    RandomStream stream(seed, "validation split", {example});
    apart[example] = stream.uniform() < fraction;
  }
  return apart;
}

}  // namespace

ValidationSplit::ValidationSplit(const FeatureSource& source, std::vector<bool> apart)
    : source_(&source), apart_(std::move(apart)) {
  AT2_EXPECT(std::ssize(apart_) == source.num_examples(), "every example is set apart or not");
  for (std::int64_t example = 0; example < source.num_examples(); ++example) {
    if (!apart_[static_cast<std::size_t>(example)]) continue;
    for (std::int64_t target = 0; target < source.num_targets(example); ++target) {
      validation_.push_back({example, target});
    }
  }
}

ValidationSplit::ValidationSplit(const FeatureSource& source, double fraction, std::uint64_t seed)
    : ValidationSplit(source, drawn(source.num_examples(), fraction, seed)) {
  if (fraction == 0) return;
  std::int64_t trained_on = 0;
  for (std::int64_t example = 0; example < source.num_examples(); ++example) trained_on += num_targets(example);
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
