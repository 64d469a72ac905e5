/// \file train/prior_choice.h
/// \brief How strong the prior is to be, chosen by cross-validation (train.prior_candidates).
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <utility>
#include <vector>

#include "comm/communicator.h"
#include "config/options.h"
#include "train/feature_source.h"
#include "train/trainer.h"

namespace at2 {

/// Parts of the training examples, each of which is left out once for every candidate.
inline constexpr std::int64_t kPriorFolds = 4;

/// A strength of the prior, and the mean loss of targets that were left out, without the prior.
using PriorTrial = std::pair<double, double>;

/// Tries options.prior_candidates: trains on all heads kPriorFolds times for options.steps steps, each time without
/// every fourth example that has a target, and takes the loss on those after the last step. Equal bits for any number
/// of ranks and threads. \collective
/// \param scale_F  factors of the features, as for Trainer
/// \param on_step  called on every rank after each step; may be empty
/// \throws UserError if fewer than kPriorFolds examples have a target, or a loss is not finite
[[nodiscard]] std::vector<PriorTrial> try_priors(const FeatureSource& source, std::int64_t num_features,
                                                 const TrainOptions& options, std::uint64_t seed,
                                                 Communicator& communicator, const std::vector<double>& scale_F,
                                                 const std::function<void(const StepReport&)>& on_step);

/// The strength with the lowest loss, the larger one of equals. \pre there is a trial
[[nodiscard]] double best_prior(std::span<const PriorTrial> trials);

}  // namespace at2
