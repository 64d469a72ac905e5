/// \file model_paths.h
/// \brief The hot paths that run a model: ablations, generation, attribution, gradient.
#pragma once

#include "hot_path.h"
#include "model/language_model.h"
#include "workload.h"

namespace at2::benchmarks {

/// By name. Model and workload must outlive them.
[[nodiscard]] HotPaths model_paths(const LanguageModel& model, const Workload& workload);

/// The rate of a large product, which bounds every path: 2048^3, by the library that the program uses.
[[nodiscard]] Measured measure_sgemm(const PathRequest& request);

}  // namespace at2::benchmarks
