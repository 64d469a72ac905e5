#include "train/trainer.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <limits>
#include <string>
#include <utility>

#include "base/errors.h"
#include "train/batch_sampler.h"
#include "train/feature_scales.h"
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

/// The batches of a training in turn. The source hears of each one step before it is returned.
class BatchStream {
 public:
  BatchStream(const FeatureSource& source, const TrainOptions& options, std::uint64_t seed,
              const Communicator& communicator)
      : source_(&source),
        communicator_(&communicator),
        sampler_(source, options.batch_size, seed),
        steps_(options.steps) {
    announce_next();
  }

  std::vector<TargetIndex> next() {
    std::vector<TargetIndex> batch = std::move(announced_);
    announce_next();
    return batch;
  }

 private:
  /// Batches drawn together: drawing takes as long as there are examples, and each batch is one thread's work.
  static constexpr std::int64_t kDrawnTogether = 16;

  void announce_next() {
    if (drawn_.empty()) {
      const std::int64_t count = std::min(kDrawnTogether, steps_ - steps_drawn_);
      drawn_ = sampler_.draw_several(steps_drawn_, count);
      steps_drawn_ += count;
    }
    if (!drawn_.empty()) {
      announced_ = std::move(drawn_.front());
      drawn_.pop_front();
    }
    source_->read_ahead(share_of(announced_, *communicator_));
  }

  const FeatureSource* source_;
  const Communicator* communicator_;
  BatchSampler sampler_;
  std::int64_t steps_;
  std::int64_t steps_drawn_ = 0;
  std::deque<std::vector<TargetIndex>> drawn_;
  std::vector<TargetIndex> announced_;
};

/// L1-normalised before it is rounded to float32.
ScoreEstimator published(const HeadFeatures& heads, const std::vector<double>& theta_F) {
  double norm = 0;
  for (const double weight : theta_F) norm += std::abs(weight);
  if (!(norm > 0)) throw UserError("training gave no estimator", "all weights are zero", "train on more examples");
  return {heads.num_layers, heads.num_heads, as_tensor(theta_F) / norm, heads.features};
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

}  // namespace

Trainer::Trainer(const FeatureSource& source, std::int64_t num_features, const TrainOptions& options,
                 Communicator& communicator, std::vector<double> scale_F)
    : source_(&source),
      options_(options),
      communicator_(&communicator),
      scale_F_(std::move(scale_F)),
      theta_F_(static_cast<std::size_t>(num_features), 1.0 / static_cast<double>(num_features)),
      adam_(num_features) {
  AT2_EXPECT(num_features > 0, "there are features");
  AT2_EXPECT(scale_F_.empty() || scale_F_.size() == theta_F_.size(), "a factor per feature");
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
  const auto count = static_cast<double>(theta_F_.size());
  double distance = 0;
  for (std::size_t f = 0; f < theta_F_.size(); ++f) {
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

TrainResult train(const FeatureSource& source, const HeadFeatures& heads, const TrainOptions& options,
                  std::uint64_t seed, Communicator& communicator,
                  const std::function<void(const StepReport&)>& on_step) {
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
  const std::int64_t num_features = std::ssize(heads.features) * heads.num_layers * heads.num_heads;
  const auto kinds = static_cast<std::int64_t>(heads.features.size());
  const bool scaled = heads.features != std::vector{Feature::attention} || options.prior_strength != 0;
  const ValidationSplit split(source, options.validation_fraction, seed);
  Trainer trainer(source, num_features, options, communicator,
                  scaled ? feature_scales(source, num_features, kinds, communicator) : std::vector<double>{});
  BatchStream batches(split, options, seed, communicator);
  std::vector<StepReport> history;
  BestStep best{split.validation(), options.steps};
  for (std::int64_t step = 0; step < options.steps; ++step) {
    history.push_back(trainer.step(batches.next()));
    best.look(trainer, step + 1);
    if (on_step) on_step(history.back());
  }
  return {published(heads, best.theta_F), std::move(history), num_examples, num_targets,
          std::move(best.losses),         best.step};
}

}  // namespace at2
