#include "train/prior_choice.h"

#include <cstddef>
#include <string>

#include "base/errors.h"
#include "train/batch_stream.h"
#include "train/validation_split.h"

namespace at2 {
namespace {

/// The examples of one part: every kPriorFolds-th that has a target.
std::vector<bool> part_of(const FeatureSource& source, std::int64_t fold) {
  std::vector<bool> apart(static_cast<std::size_t>(source.num_examples()), false);
  std::int64_t seen = 0;
  for (std::size_t example = 0; example < apart.size(); ++example) {
    if (source.num_targets(static_cast<std::int64_t>(example)) == 0) continue;
    apart[example] = seen++ % kPriorFolds == fold;
  }
  if (seen < kPriorFolds) {
    throw UserError(
        "train.prior_candidates cannot be compared",
        std::to_string(seen) + " training examples have a target, and " + std::to_string(kPriorFolds) + " are needed",
        "use more examples, or say train.prior_strength");
  }
  return apart;
}

}  // namespace

std::vector<PriorTrial> try_priors(const FeatureSource& source, std::int64_t num_features, const TrainOptions& options,
                                   std::uint64_t seed, Communicator& communicator, const std::vector<double>& scale_F,
                                   const std::function<void(const StepReport&)>& on_step) {
  std::vector<PriorTrial> trials;
  for (const double candidate : options.prior_candidates) {
    TrainOptions with_candidate = options;
    with_candidate.prior_strength = candidate;
    double loss = 0;
    double targets = 0;
    for (std::int64_t fold = 0; fold < kPriorFolds; ++fold) {
      const ValidationSplit split(source, part_of(source, fold));
      Trainer trainer(split, num_features, with_candidate, communicator, scale_F);
      BatchStream batches(split, with_candidate, seed, communicator);
      for (std::int64_t step = 0; step < options.steps; ++step) {
        const StepReport report = trainer.step(batches.next());
        if (on_step) on_step(report);
      }
      const auto left_out = static_cast<double>(split.validation().size());
      loss += trainer.loss(split.validation()) * left_out;
      targets += left_out;
    }
    trials.emplace_back(candidate, loss / targets);
  }
  return trials;
}

double best_prior(std::span<const PriorTrial> trials) {
  AT2_EXPECT(!trials.empty(), "a strength was tried");
  PriorTrial best = trials.front();
  for (const PriorTrial& trial : trials) {
    const bool stronger = trial.first > best.first;
    if (trial.second < best.second || (trial.second == best.second && stronger)) best = trial;
  }
  return best.first;
}

}  // namespace at2
