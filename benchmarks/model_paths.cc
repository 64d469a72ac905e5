#include "model_paths.h"

#include <ATen/core/grad_mode.h>

#include <algorithm>

#include "ablation/attention_features.h"
#include "ablation/score.h"
#include "attribute/gradient.h"
#include "base/timer.h"
#include "flops.h"
#include "kept_trace.h"
#include "model/generate.h"

namespace at2::benchmarks {
namespace {

std::vector<double> as_vector(const at::Tensor& tensor) {
  const at::Tensor values = tensor.to(at::kCPU, at::kDouble).contiguous();
  return {values.const_data_ptr<double>(), values.const_data_ptr<double>() + values.numel()};
}

Measured ablations(const LanguageModel& model, const Workload& workload, const AblationSet& set,
                   const PathRequest& request) {
  AttributionTask task = workload.task;
  task.sources = set.sources;
  const std::int64_t all = set.keep_MS.size(0);
  const at::Tensor keep_MS = set.keep_MS.narrow(0, 0, std::min(all, request.limit.value_or(all)));
  const Timer timer;
  const AblationOutcomes outcomes = score_ablations(model, task, keep_MS);
  const double seconds = timer.seconds();
  return {
      seconds, ablation_flops(model.config(), task, keep_MS), {{"log_probs", as_vector(outcomes.token_log_probs_MU)}}};
}

Measured generate(const LanguageModel& model, std::span<const std::vector<std::int64_t>> prompts,
                  std::int64_t new_tokens) {
  GenerationLimits limits;
  limits.max_new_tokens = new_tokens;
  limits.end_tokens = EndTokens::ignored;
  const Timer timer;
  const std::vector<Generation> generations = generate_greedy(model, prompts, limits);
  Measured measured{timer.seconds(), 0, {{"ids", {}}}};
  for (const Generation& generation : generations) {
    for (const std::int64_t token : generation.tokens) {
      measured.numbers.front().values.push_back(static_cast<double>(token));
    }
  }
  return measured;
}

/// Features of every token of the response, with all tokens of the context as sources.
Measured attribution(const LanguageModel& model, const Workload& workload) {
  const at::NoGradGuard no_gradients;
  AttributionTask task = workload.task;
  task.targets = single_tokens(workload.response);
  const AttentionTrace trace = trace_of(model, task);
  const Timer timer;
  const TokenAttention attention = attention_from_trace(model.config(), trace, task, workload.context);
  return {timer.seconds(), 0, {{"features", as_vector(attention.attention_GTF)}}};
}

/// One plain pass of the same sequence.
Measured forward(const LanguageModel& model, const Workload& workload) {
  Pack pack = whole_pack(workload.task);
  pack.wanted = {std::ssize(pack.tokens) - 1};
  const at::NoGradGuard no_gradients;
  const Timer timer;
  const at::Tensor logits = model.logits(model.hidden(pack));
  const double seconds = timer.seconds();
  return {seconds,
          forward_flops(model.config(), pack),
          {{"log_probs", as_vector(at::log_softmax(logits.to(at::kDouble), 1))}}};
}

Measured gradient(const LanguageModel& model, const Workload& workload) {
  AttributionTask task = workload.task;
  task.targets = {workload.response};
  const Timer timer;
  const at::Tensor norms_GT = gradient_l1_to_tokens(model, task, workload.context);
  return {timer.seconds(), 0, {{"gradients", as_vector(norms_GT)}}};
}

}  // namespace

HotPaths model_paths(const LanguageModel& model, const Workload& workload) {
  const auto* m = &model;
  const auto* w = &workload;
  return {
      {"ablations_token", [=](const PathRequest& request) { return ablations(*m, *w, w->token, request); }},
      {"ablations_sentence", [=](const PathRequest& request) { return ablations(*m, *w, w->sentence, request); }},
      {"generate_1",
       [=](const PathRequest& request) {
         return generate(*m, {&w->prompts.at(w->single_prompt), 1}, request.limit.value_or(w->new_tokens_of_one));
       }},
      {"generate_8",
       [=](const PathRequest& request) {
         return generate(*m, w->prompts, request.limit.value_or(w->new_tokens_of_all));
       }},
      {"attribution", [=](const PathRequest&) { return attribution(*m, *w); }},
      {"forward", [=](const PathRequest&) { return forward(*m, *w); }},
      {"gradient", [=](const PathRequest&) { return gradient(*m, *w); }},
  };
}

Measured measure_sgemm(const PathRequest& request) {
  constexpr std::int64_t size = 2048;
  const at::Tensor a = at::ones({size, size});
  const at::Tensor b = at::ones({size, size});
  at::Tensor product = at::mm(a, b);
  double fastest = 0;
  for (std::int64_t i = 0; i < request.limit.value_or(5); ++i) {
    const Timer timer;
    at::mm_out(product, a, b);
    const double seconds = timer.seconds();
    if (i == 0 || seconds < fastest) fastest = seconds;
  }
  return {fastest, 2.0 * size * size * size, {}};
}

}  // namespace at2::benchmarks
