#include "curve_paths.h"

#include "ablation/attention_features.h"
#include "ablation/keep_masks.h"
#include "ablation/score.h"
#include "attribute/gradient.h"
#include "base/errors.h"
#include "base/random.h"
#include "base/timer.h"
#include "flops.h"

namespace at2::benchmarks {
namespace {

constexpr std::int64_t tokens_per_target = 4;

/// The first target's begin is where the sources end.
AttributionTask random_task(const ModelConfig& config, const PathRequest& request) {
  AttributionTask task;
  task.example_id = "curve";
  RandomStream stream(1, "curve");
  for (std::int64_t i = 0; i < request.length; ++i) {
    task.tokens.push_back(static_cast<std::int64_t>(stream.below(static_cast<std::uint64_t>(config.vocabulary_size))));
  }
  const std::int64_t first = request.length - request.targets * tokens_per_target;
  AT2_EXPECT(request.targets > 0 && first > 1, "there is room for sources and targets");
  for (std::int64_t begin = first; begin < request.length; begin += tokens_per_target) {
    task.targets.push_back({begin, begin + tokens_per_target});
  }
  for (std::int64_t token = 1; token + 1 < first; ++token) task.sources.push_back({token, token + 1});
  return task;
}

Measured ablations(const LanguageModel& model, const PathRequest& request) {
  const AttributionTask task = random_task(model.config(), request);
  MaskOptions options;
  options.num_ablations = request.ablations;
  const at::Tensor keep_MS = random_keep_masks(task.example_id, std::ssize(task.sources), options);
  const Timer timer;
  static_cast<void>(score_ablations(model, task, keep_MS));
  return {timer.seconds(), ablation_flops(model.config(), task, keep_MS), {}};
}

Measured attribution(const LanguageModel& model, const PathRequest& request) {
  const AttributionTask task = random_task(model.config(), request);
  const Timer timer;
  static_cast<void>(attention_to_tokens(model, task, span_of(task.sources)));
  return {timer.seconds(), 0, {}};
}

Measured gradient(const LanguageModel& model, const PathRequest& request) {
  const AttributionTask task = random_task(model.config(), request);
  const Timer timer;
  static_cast<void>(gradient_l1_to_tokens(model, task, span_of(task.sources)));
  return {timer.seconds(), 0, {}};
}

}  // namespace

HotPaths curve_paths(const LanguageModel& model) {
  const auto* m = &model;
  return {{"curve_ablations", [m](const PathRequest& request) { return ablations(*m, request); }},
          {"curve_attribution", [m](const PathRequest& request) { return attribution(*m, request); }},
          {"curve_gradient", [m](const PathRequest& request) { return gradient(*m, request); }}};
}

}  // namespace at2::benchmarks
