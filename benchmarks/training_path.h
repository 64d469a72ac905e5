/// \file training_path.h
/// \brief The hot path of training: steps on random features that both sides make from one formula.
#pragma once

#include "hot_path.h"

namespace at2::benchmarks {

/// 512 targets, 32 ablations, 1024 features, stored in float16. `seconds` are those of one step, the mean of several.
/// Its numbers are the loss and the gradient at the initial weights. The features are made here, and kept.
[[nodiscard]] HotPath training_step_path();

}  // namespace at2::benchmarks
