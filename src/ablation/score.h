/// \file ablation/score.h
/// \brief How likely a response is when sources are hidden (paper, definition of f(v) in section 3.1).
#pragma once

#include <ATen/ATen.h>

#include <cstdint>
#include <vector>

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
  /// How many sequences the masks up to each needed: [M]. Fewer than masks where some keep the same tokens.
  std::vector<std::int64_t> sequences_M;
  /// How often a pack was cut in halves because memory was short.
  std::int64_t halved_packs = 0;
};

/// Scores all targets under the M masks keep_MS (uint8, 1 = kept).
///
/// Masks that keep the same tokens are measured once, with the first of them, and have equal results. The others are
/// measured in blocks (`plan_blocks`). So the results of the first m masks, m a multiple of `masks_per_block`, are a
/// function of the task and those masks, to the bit, however many masks follow.
///
/// Where memory is short, a block is cut in halves, and these again. That changes the order of sums: the results then
/// agree with those of whole blocks within the tolerance of the dtype (float32: 2e-3 in a log-probability), and
/// `halved_packs` says so. It happens if a pass runs out of memory, and beforehand on a GPU, where a block may be as
/// large as the free memory allows (`rows_that_fit`); on a CPU it has at most `max_pack_rows` rows from the outset.
/// \throws UserError if memory does not suffice for one sequence.
[[nodiscard]] AblationOutcomes score_ablations(const LanguageModel& model, const AttributionTask& task,
                                               const at::Tensor& keep_MS);

/// The same with nothing hidden, M = 1.
[[nodiscard]] AblationOutcomes score_unablated(const LanguageModel& model, const AttributionTask& task);

/// Outcomes of M sequences from log p of their target tokens, float64 [M, U], each measured for itself.
[[nodiscard]] AblationOutcomes outcomes_of(const AttributionTask& task, const at::Tensor& token_log_probs_MU);

/// log p - log(1 - p) from log p, without cancellation when p -> 1; any shape, float64.
[[nodiscard]] at::Tensor logit_from_log_prob(const at::Tensor& log_prob);

}  // namespace at2
