/// \file train/trainer.h
/// \brief Learns the score estimator from ablations (paper, section 3, algorithm 1).
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <utility>
#include <vector>

#include "comm/communicator.h"
#include "config/options.h"
#include "train/adam.h"
#include "train/batch_gradient.h"
#include "train/feature_source.h"
#include "train/score_estimator.h"

namespace at2 {

/// What happened in one step.
struct StepReport {
  std::int64_t step = 0;
  /// Mean loss of the batch before the update, in [-1, 1].
  double loss = 0;
  /// L2 norm of the gradient before clipping.
  double gradient_norm = 0;
  double learning_rate = 0;
};

/// The state of training: weights and optimiser. Equal on all ranks at all times.
class Trainer {
 public:
  /// Weights start at 1 / F. Keeps references to `source` and `communicator`.
  /// \param scale_F  factors of the features (train/feature_scales.h); empty = all 1 \pre num_features > 0
  /// \param trained  features whose weights are trained, from 1 / their number on, while the others stay 0 and the
  /// prior
  ///                 leaves them out; empty = all
  Trainer(const FeatureSource& source, std::int64_t num_features, const TrainOptions& options,
          Communicator& communicator, std::vector<double> scale_F = {}, std::vector<std::int64_t> trained = {});

  /// One update from the targets of `batch`. \collective
  /// \pre batch is equal on all ranks and not empty; fewer than options.steps steps were made
  /// \throws UserError if the loss or gradient is not finite (on all ranks).
  StepReport step(std::span<const TargetIndex> batch);

  /// The weights of features as they are in the source, [F], not normalised.
  [[nodiscard]] std::vector<double> theta_F() const;
  /// Mean loss of targets without the prior. \collective
  [[nodiscard]] double loss(std::span<const TargetIndex> targets) const;

 private:
  /// Adds the prior to a batch's loss and gradient.
  void add_prior(BatchGradient& mean) const;

  const FeatureSource* source_;
  TrainOptions options_;
  Communicator* communicator_;
  std::vector<double> scale_F_;
  /// Features, ascending; the weights of all others are 0.
  std::vector<std::int64_t> trained_;
  /// Of scaled features.
  std::vector<double> theta_F_;
  Adam adam_;
  std::int64_t steps_done_ = 0;
};

/// What a model's features are of.
struct HeadFeatures {
  std::int64_t num_layers = 0;
  std::int64_t num_heads = 0;
  std::vector<Feature> features = {Feature::attention};
};

/// A trained estimator and how it came about.
struct TrainResult {
  /// L1-normalised.
  ScoreEstimator estimator;
  std::vector<StepReport> history;
  /// Examples with at least one target, and targets in all.
  std::int64_t num_examples = 0;
  std::int64_t num_targets = 0;
  /// Loss on the validation examples and after how many steps; empty without any.
  std::vector<std::pair<std::int64_t, double>> validation = {};
  /// After how many steps the estimator was taken.
  std::int64_t best_step = 0;
  /// Of the prior, given or chosen.
  double prior_strength = 0;
  /// Strengths that were tried, each with its loss on left-out examples (train/prior_choice.h).
  std::vector<std::pair<double, double>> prior_trials = {};
};

/// Steps of all trainings that train() makes. \param all_heads  L H
[[nodiscard]] std::int64_t num_steps_in_all(const TrainOptions& options, std::int64_t all_heads);

/// Trains for options.steps steps, and takes theta after the last, or with a validation split after that of the lowest
/// loss there, looked at 50 times. Features of several kinds, or with a prior, are scaled first. Equal bits for any
/// number of ranks and threads. \collective
///
/// With options.prior_candidates the strength of the prior is chosen first (train/prior_choice.h).
///
/// With options.sparse_heads the heads are chosen by such a training on all of them (train/sparse_heads.h); a second
/// one from uniform weights, with the same batches, then trains the weights of these alone. The result is that of the
/// second, its history too.
/// \param seed     of the run; batches are drawn from it
/// \param on_step  called on every rank after each step, of which there are num_steps_in_all(); steps are counted
///                 from 0 in each training; may be empty
/// \throws UserError if there is no target to train on, too few examples to choose a prior with, or a loss is not
///         finite.
[[nodiscard]] TrainResult train(const FeatureSource& source, const HeadFeatures& heads, const TrainOptions& options,
                                std::uint64_t seed, Communicator& communicator,
                                const std::function<void(const StepReport&)>& on_step = {});

}  // namespace at2
