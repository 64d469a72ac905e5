#include "ablation/score.h"

#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "ablation/ablation_pack.h"
#include "base/errors.h"

namespace at2 {
namespace {

/// log p of the target tokens of each sequence, [sequences, U].
at::Tensor score_sequences(const LanguageModel& model, const AttributionTask& task,
                           const std::vector<std::vector<std::int64_t>>& sequences) {
  const Pack pack = ablation_pack(task, sequences);
  const auto count = std::ssize(sequences);
  const at::Tensor odds = model.target_log_odds(model.hidden(pack), target_tokens(task).repeat({count}));
  return log_prob_from_log_odds(odds).view({count, num_target_tokens(task)});
}

at::Tensor sum_over_targets(const AttributionTask& task, const at::Tensor& token_log_probs_MU) {
  std::vector<at::Tensor> sums;
  std::int64_t begin = 0;
  for (const TokenRange& target : task.targets) {
    sums.push_back(token_log_probs_MU.narrow(1, begin, target.size()).sum(1));
    begin += target.size();
  }
  return at::stack(sums);
}

}  // namespace

AblationOutcomes score_ablations(const LanguageModel& model, const AttributionTask& task, const at::Tensor& keep_MS) {
  AT2_EXPECT(keep_MS.dim() == 2 && keep_MS.size(1) == std::ssize(task.sources) && keep_MS.is_contiguous() &&
                 keep_MS.scalar_type() == at::kByte,
             "keep_MS is uint8 [M, S]");
  check(task);
  const at::NoGradGuard no_gradients;
  const auto* keep = keep_MS.const_data_ptr<std::uint8_t>();
  std::vector<at::Tensor> parts;
  std::vector<std::vector<std::int64_t>> sequences;
  std::int64_t rows = 0;
  const auto flush = [&] {
    if (!sequences.empty()) parts.push_back(score_sequences(model, task, sequences));
    sequences.clear();
    rows = 0;
  };
  for (std::int64_t m = 0; m < keep_MS.size(0); ++m) {
    auto positions = kept_positions(task, keep + m * keep_MS.size(1));
    if (m % masks_per_block == 0 || rows + std::ssize(positions) > max_pack_rows) flush();
    rows += std::ssize(positions);
    sequences.push_back(std::move(positions));
  }
  flush();
  AblationOutcomes outcomes;
  outcomes.token_log_probs_MU = parts.empty() ? at::empty({0, num_target_tokens(task)}, at::kDouble) : at::cat(parts);
  outcomes.log_probs_GM = sum_over_targets(task, outcomes.token_log_probs_MU);
  outcomes.logit_probs_GM = logit_from_log_prob(outcomes.log_probs_GM);
  return outcomes;
}

AblationOutcomes score_unablated(const LanguageModel& model, const AttributionTask& task) {
  return score_ablations(model, task, at::ones({1, std::ssize(task.sources)}, at::kByte));
}

at::Tensor logit_from_log_prob(const at::Tensor& log_prob) {
  // log(1 - exp(x)): by expm1 near 0, by log1p far from it. p = 1 within rounding is given the smallest distance to 1.
  const at::Tensor x = log_prob.clamp_max(-std::numeric_limits<double>::min());
  const at::Tensor log1mexp = at::where(x > -std::log(2.0), at::log(-at::expm1(x)), at::log1p(-at::exp(x)));
  return x - log1mexp;
}

}  // namespace at2
