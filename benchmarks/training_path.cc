#include "training_path.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <memory>

#include "base/timer.h"
#include "comm/communicator.h"
#include "train/trainer.h"

namespace at2::benchmarks {
namespace {

constexpr std::int64_t num_targets = 512;
constexpr std::int64_t num_ablations = 32;
constexpr std::int64_t num_features = 1024;
constexpr std::int64_t usual_steps = 20;
/// Index of the first logit-prob in the stream of random numbers.
constexpr std::int64_t first_logit_prob = std::int64_t{1} << 40;
constexpr float logit_prob_scale = 8.0F;

/// Number `index` of the stream, uniform in [-1/2, 1/2): the finalizer of SplitMix64. peer/training.py has the same.
float random_number(std::int64_t index) {
  std::uint64_t bits = (static_cast<std::uint64_t>(index) + 1) * 0x9E3779B97F4A7C15U;
  bits = (bits ^ (bits >> 30U)) * 0xBF58476D1CE4E5B9U;
  bits = (bits ^ (bits >> 27U)) * 0x94D049BB133111EBU;
  bits ^= bits >> 31U;
  return static_cast<float>(bits >> 40U) * 0x1p-24F - 0.5F;
}

at::Tensor random_tensor(at::IntArrayRef sizes, std::int64_t first, float scale) {
  at::Tensor tensor = at::empty(sizes);
  auto* values = tensor.mutable_data_ptr<float>();
  at::parallel_for(0, tensor.numel(), 1 << 16, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) values[i] = scale * random_number(first + i);
  });
  return tensor.to(at::kHalf);
}

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
