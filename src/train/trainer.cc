#include "train/trainer.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>
#include <utility>

#include "base/errors.h"
#include "train/batch_stream.h"
#include "train/feature_scales.h"
#include "train/prior_choice.h"
#include "train/sparse_heads.h"
#include "train/validation_split.h"

namespace at2 {
namespace {

void require_finite(const BatchGradient& batch, std::int64_t step) {
  const bool finite = std::isfinite(batch.loss) && std::all_of(batch.gradient_F.begin(), batch.gradient_F.end(),
                                                               [](double value) { return std::isfinite(value); });
  if (finite) return;
  throw UserError("training failed at step " + std::to_string(step), "the loss or its gradient is not finite",
                  "look for features or logit-probs that are not finite in the ablation shards");
}

at::Tensor as_tensor(const std::vector<double>& theta_F) {
  at::Tensor tensor_F = at::empty({static_cast<std::int64_t>(theta_F.size())}, at::kDouble);
  std::copy(theta_F.begin(), theta_F.end(), tensor_F.mutable_data_ptr<double>());
  return tensor_F;
}

/// L1-normalised before it is rounded to float32.
ScoreEstimator published(const HeadFeatures& heads, const std::vector<double>& theta_F) {
  double norm = 0;
  for (const double weight : theta_F) norm += std::abs(weight);
  if (!(norm > 0)) throw UserError("training gave no estimator", "all weights are zero", "train on more examples");
  return {heads.num_layers, heads.num_heads, as_tensor(theta_F) / norm, heads.features};
}

/// The values of some features, 0 for the others.
std::vector<double> only_of(const std::vector<double>& values_F, std::span<const std::int64_t> features) {
  std::vector<double> only_F(values_F.size());
  for (const std::int64_t f : features) only_F[static_cast<std::size_t>(f)] = values_F[static_cast<std::size_t>(f)];
  return only_F;
}

/// The step of which theta is taken.
struct BestStep {
  std::span<const TargetIndex> validation;
  std::int64_t steps = 0;
  double lowest = std::numeric_limits<double>::infinity();
  std::vector<std::pair<std::int64_t, double>> losses = {};
  std::int64_t step = 0;
  std::vector<double> theta_F = {};

  /// After `done` steps: 50 times in a training, and at its end. \collective
  void look(const Trainer& trainer, std::int64_t done) {
    const std::int64_t between = std::max<std::int64_t>(steps / 50, 1);
    const bool wanted = done == steps || (!validation.empty() && done % between == 0);
    if (!wanted) return;
    if (!validation.empty()) {
      const double loss = trainer.loss(validation);
      losses.emplace_back(done, loss);
      if (loss >= lowest) return;
      lowest = loss;
    }
    step = done;
    theta_F = trainer.theta_F();
  }
};

/// Examples with at least one target, and targets in all. \throws UserError if there is none
std::pair<std::int64_t, std::int64_t> examples_and_targets(const FeatureSource& source) {
  std::int64_t num_examples = 0;
  std::int64_t num_targets = 0;
  for (std::int64_t example = 0; example < source.num_examples(); ++example) {
    num_examples += source.num_targets(example) > 0 ? 1 : 0;
    num_targets += source.num_targets(example);
  }
  if (num_targets == 0) {
    throw UserError("there is nothing to train on", "no training example has a target",
                    "check the responses of the training set");
  }
  return {num_examples, num_targets};
}

/// What the steps of a training leave.
struct Training {
  std::vector<StepReport> history;
  BestStep best;
};

/// \collective
Training all_steps(Trainer& trainer, const ValidationSplit& split, BatchStream batches, std::int64_t steps,
                   const std::function<void(const StepReport&)>& on_step) {
  Training training{{}, {split.validation(), steps}};
  for (std::int64_t step = 0; step < steps; ++step) {
    training.history.push_back(trainer.step(batches.next()));
    training.best.look(trainer, step + 1);
    if (on_step) on_step(training.history.back());
  }
  return training;
}

}  // namespace

Trainer::Trainer(const FeatureSource& source, std::int64_t num_features, const TrainOptions& options,
                 Communicator& communicator, std::vector<double> scale_F, std::vector<std::int64_t> trained)
    : source_(&source),
      options_(options),
      communicator_(&communicator),
      scale_F_(std::move(scale_F)),
      trained_(std::move(trained)),
      theta_F_(static_cast<std::size_t>(num_features)),
      adam_(num_features) {
  AT2_EXPECT(num_features > 0, "there are features");
  AT2_EXPECT(scale_F_.empty() || scale_F_.size() == theta_F_.size(), "a factor per feature");
  if (trained_.empty()) {
    trained_.resize(theta_F_.size());
    std::iota(trained_.begin(), trained_.end(), 0);
  }
  for (const std::int64_t f : trained_) {
    theta_F_.at(static_cast<std::size_t>(f)) = 1.0 / static_cast<double>(trained_.size());
  }
}

std::vector<double> Trainer::theta_F() const {
  std::vector<double> theta_F = theta_F_;
  for (std::size_t f = 0; f < scale_F_.size(); ++f) theta_F[f] *= scale_F_[f];
  return theta_F;
}

double Trainer::loss(std::span<const TargetIndex> targets) const {
  return batch_gradient(*source_, targets, theta_F(), *communicator_).loss;
}

void Trainer::add_prior(BatchGradient& mean) const {
  const auto count = static_cast<double>(trained_.size());
  double distance = 0;
  for (const std::int64_t feature : trained_) {
    const auto f = static_cast<std::size_t>(feature);
    const double away = count * theta_F_[f] - 1;
    distance += away * away / count;
    mean.gradient_F[f] += options_.prior_strength * 2 * away;
  }
  mean.loss += options_.prior_strength * distance;
}

StepReport Trainer::step(std::span<const TargetIndex> batch) {
  BatchGradient mean = batch_gradient(*source_, batch, theta_F(), *communicator_);
  for (std::size_t f = 0; f < scale_F_.size(); ++f) mean.gradient_F[f] *= scale_F_[f];
  if (options_.prior_strength != 0) add_prior(mean);
  mean.gradient_F = only_of(mean.gradient_F, trained_);
  require_finite(mean, steps_done_);
  StepReport report;
  report.step = steps_done_;
  report.loss = mean.loss;
  report.gradient_norm = clip_gradient(mean.gradient_F, options_.gradient_clip);
  report.learning_rate = cosine_rate(options_.learning_rate, steps_done_, options_.steps);
  adam_.update(theta_F_, mean.gradient_F, report.learning_rate);
  ++steps_done_;
  return report;
}

std::int64_t num_steps_in_all(const TrainOptions& options, std::int64_t all_heads) {
  const std::int64_t trials = kPriorFolds * std::ssize(options.prior_candidates);
  return (trials + (trains_twice(options, all_heads) ? 2 : 1)) * options.steps;
}

TrainResult train(const FeatureSource& source, const HeadFeatures& heads, const TrainOptions& asked, std::uint64_t seed,
                  Communicator& communicator, const std::function<void(const StepReport&)>& on_step) {
  const auto [num_examples, num_targets] = examples_and_targets(source);
  const std::int64_t num_features = std::ssize(heads.features) * heads.num_layers * heads.num_heads;
  const auto kinds = static_cast<std::int64_t>(heads.features.size());
  const bool has_prior = asked.prior_strength != 0 || !asked.prior_candidates.empty();
  const bool scaled = has_prior || heads.features != std::vector{Feature::attention};
  const ValidationSplit split(source, asked.validation_fraction, seed);
  const std::vector<double> scale_F =
      scaled ? feature_scales(source, num_features, kinds, communicator) : std::vector<double>{};
  TrainOptions options = asked;
  std::vector<PriorTrial> trials = try_priors(split, num_features, asked, seed, communicator, scale_F, on_step);
  if (!trials.empty()) options.prior_strength = best_prior(trials);
  const auto training_of = [&](std::vector<std::int64_t> trained) {
    Trainer trainer(source, num_features, options, communicator, scale_F, std::move(trained));
    return all_steps(trainer, split, BatchStream(split, options, seed, communicator), options.steps, on_step);
  };
  Training last = training_of({});
  const std::int64_t all_heads = heads.num_layers * heads.num_heads;
  if (trains_twice(options, all_heads)) {
    const std::vector<double> strength =
        head_strengths(last.best.theta_F, feature_magnitudes(source, num_features, communicator), all_heads);
    last = training_of(features_of(strongest_heads(strength, options.sparse_heads), all_heads, kinds));
  }
  return {published(heads, last.best.theta_F), std::move(last.history), num_examples,           num_targets,
          std::move(last.best.losses),         last.best.step,          options.prior_strength, std::move(trials)};
}

}  // namespace at2
