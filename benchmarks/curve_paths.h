/// \file curve_paths.h
/// \brief How time grows: tasks of any size, made of random tokens.
#pragma once

#include "hot_path.h"
#include "model/language_model.h"

namespace at2::benchmarks {

/// curve_ablations, curve_attribution and curve_gradient. The request's `length` counts all tokens; the last of them
/// are `targets` targets of four tokens each, and each token before them but the first is a source. The model must
/// outlive them.
[[nodiscard]] HotPaths curve_paths(const LanguageModel& model);

}  // namespace at2::benchmarks
