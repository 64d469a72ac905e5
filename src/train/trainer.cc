#include "train/trainer.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <string>
#include <utility>

#include "base/errors.h"
#include "train/batch_sampler.h"

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

}  // namespace

Trainer::Trainer(const FeatureSource& source, std::int64_t num_features, const TrainOptions& options,
                 Communicator& communicator)
    : source_(&source),
      options_(options),
      communicator_(&communicator),
      theta_F_(static_cast<std::size_t>(num_features), 1.0 / static_cast<double>(num_features)),
      adam_(num_features) {
  AT2_EXPECT(num_features > 0, "there are features");
}

StepReport Trainer::step(std::span<const TargetIndex> batch) {
  BatchGradient mean = batch_gradient(*source_, batch, theta_F_, *communicator_);
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
  Trainer trainer(source, num_features, options, communicator);
  BatchStream batches(source, options, seed, communicator);
  std::vector<StepReport> history;
  for (std::int64_t step = 0; step < options.steps; ++step) {
    history.push_back(trainer.step(batches.next()));
    if (on_step) on_step(history.back());
  }
  return {published(heads, trainer.theta_F()), std::move(history), num_examples, num_targets};
}

}  // namespace at2
