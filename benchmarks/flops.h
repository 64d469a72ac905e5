/// \file flops.h
/// \brief Floating-point operations that a forward pass needs, whatever an implementation spends.
#pragma once

#include <cstdint>

#include "ablation/attribution_task.h"
#include "model/model_config.h"
#include "model/pack.h"

namespace at2::benchmarks {

/// Products with weights, and queries with keys and weights with values; two operations per multiplication and
/// addition. Of the last layer only keys and values are needed of all rows, the rest and the head of the wanted rows.
[[nodiscard]] double forward_flops(const ModelConfig& config, const Pack& pack);

/// Of all masks keep_MS, in the packs that score_ablations makes of them.
[[nodiscard]] double ablation_flops(const ModelConfig& config, const AttributionTask& task, const at::Tensor& keep_MS);

}  // namespace at2::benchmarks
