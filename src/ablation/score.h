/// \file ablation/score.h
/// \brief How likely a response is when sources are hidden (paper, definition of f(v) in section 3.1).
#pragma once

#include <ATen/ATen.h>

#include "ablation/attribution_task.h"
#include "model/language_model.h"

namespace at2 {

/// Measured outcomes of M ablations.
struct AblationOutcomes {
  /// log p of every target token, natural log: float64 [M, U].
  at::Tensor token_log_probs_MU;
  /// log p(Y) of every target, the sum over its tokens: float64 [G, M].
  at::Tensor log_probs_GM;
  /// log p(Y) - log(1 - p(Y)), float64 [G, M].
  at::Tensor logit_probs_GM;
};

/// Scores all targets under the M masks keep_MS (uint8, 1 = kept). Masks are taken in blocks of `masks_per_block`;
/// a result is a function of the task and the masks of its block alone.
[[nodiscard]] AblationOutcomes score_ablations(const LanguageModel& model, const AttributionTask& task,
                                               const at::Tensor& keep_MS);

/// The same with nothing hidden, M = 1.
[[nodiscard]] AblationOutcomes score_unablated(const LanguageModel& model, const AttributionTask& task);

/// log p - log(1 - p) from log p, without cancellation when p -> 1; any shape, float64.
[[nodiscard]] at::Tensor logit_from_log_prob(const at::Tensor& log_prob);

}  // namespace at2
