/// \file attribute/gradient.h
/// \brief The gradient baseline (paper, section 4): L1 norm of d log p(Y | X) / d embedding.
#pragma once

#include <ATen/ATen.h>

#include "ablation/attribution_task.h"
#include "model/language_model.h"

namespace at2 {

/// L1 norm over the model width of the gradient of each target's log-probability with respect to the input embeddings
/// of the tokens of `span`: float32 [G, T] on the CPU. One forward and G backward passes; no gradients of weights.
[[nodiscard]] at::Tensor gradient_l1_to_tokens(const LanguageModel& model, const AttributionTask& task,
                                               TokenRange span);

}  // namespace at2
