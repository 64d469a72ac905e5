/// \file evaluate/evaluate_example.h
/// \brief All methods on one example and one kind of sources: scores, LDS ablations and top-k ablations.
#pragma once

#include <ATen/ATen.h>

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "attribute/attributor.h"

namespace at2 {

struct MethodEvaluation {
  std::string key;
  std::string title;
  at::Tensor scores_GS;  ///< float64
  /// log p with nothing hidden minus log p with the k best sources of the target hidden: float64 [G, |k|]
  /// (definition 2.2).
  at::Tensor drops_GK;
  Cost cost;
};

struct ExampleEvaluation {
  std::vector<TokenRange> sources;
  /// The ablations that LDS is computed from.
  MeasuredAblations lds_ablations;
  /// Of the LDS masks, how many the surrogate model was also fitted on (few sources have few masks).
  std::int64_t masks_shared_with_surrogate = 0;
  /// log p of every target with nothing hidden, float64 [G].
  at::Tensor full_log_probs_G;
  std::vector<MethodEvaluation> methods;
  /// All that was spent, measurements that several methods share counted once.
  Cost cost;
};

struct ExampleEvaluationOptions {
  std::int64_t lds_ablations = 32;
  std::vector<std::int64_t> top_k = {1, 3, 5};
  std::int64_t num_surrogate_ablations = 0;
  double keep_probability = 0.5;
  std::uint64_t seed = 1;
};

/// Runs every attributor on the measurements' sources and measures what the metrics need.
[[nodiscard]] ExampleEvaluation evaluate_example(Measurements& measurements,
                                                 std::span<const std::unique_ptr<Attributor>> attributors,
                                                 const ExampleEvaluationOptions& options);

}  // namespace at2
