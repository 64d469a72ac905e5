#include "training_path.h"

#include <ATen/ATen.h>

#include <memory>

#include "base/timer.h"
#include "comm/communicator.h"
#include "random_features.h"
#include "train/trainer.h"

namespace at2::benchmarks {
namespace {

constexpr std::int64_t num_targets = 512;
constexpr std::int64_t num_ablations = 32;
constexpr std::int64_t num_features = 1024;
constexpr std::int64_t usual_steps = 20;

/// One example per target.
class TrainingSet {
 public:
  TrainingSet() {
    const at::Tensor features = random_tensor({num_targets, 1, num_ablations, num_features}, 0, 1.0F);
    const at::Tensor logit_probs =
        random_tensor({num_targets, 1, num_ablations}, first_logit_prob, logit_prob_scale).to(at::kFloat);
    for (std::int64_t target = 0; target < num_targets; ++target) {
      table_.add(features[target], logit_probs[target]);
      batch_.push_back({target, 0});
    }
  }
  [[nodiscard]] const FeatureTable& table() const { return table_; }
  [[nodiscard]] const std::vector<TargetIndex>& batch() const { return batch_; }

 private:
  FeatureTable table_;
  std::vector<TargetIndex> batch_;
};

Measured train(const TrainingSet& set, Communicator& alone, std::int64_t steps) {
  TrainOptions options;
  options.steps = steps;
  options.batch_size = num_targets;
  Trainer trainer(set.table(), num_features, options, alone);
  const std::vector<double> theta_F = trainer.theta_F();
  const Timer timer;
  for (std::int64_t step = 0; step < steps; ++step) static_cast<void>(trainer.step(set.batch()));
  const double seconds = timer.seconds() / static_cast<double>(steps);
  const BatchGradient at_start = batch_gradient(set.table(), set.batch(), theta_F, alone);
  return {seconds, 0, {{"loss", {at_start.loss}}, {"gradients", at_start.gradient_F}}};
}

}  // namespace

HotPath training_step_path() {
  auto set = std::make_shared<TrainingSet>();
  std::shared_ptr<Communicator> alone = make_self_communicator();
  return [set, alone](const PathRequest& request) { return train(*set, *alone, request.limit.value_or(usual_steps)); };
}

}  // namespace at2::benchmarks
