/// \file app/dry_run_work.h
/// \brief What the examples of a run take, counted without running the model on them.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "app/dry_run_estimate.h"
#include "app/inputs.h"
#include "app/responses.h"

namespace at2 {

/// Features that are measured: F of the model for each of `ablate.features`.
[[nodiscard]] inline std::int64_t num_measured(const RunOptions& options, const ModelConfig& config) {
  return std::ssize(options.ablate.features) * config.num_features();
}

/// Of these, the ones that theta weighs.
[[nodiscard]] inline std::int64_t num_weighed(const RunOptions& options, const ModelConfig& config) {
  if (options.train.features.empty()) return num_measured(options, config);
  return std::ssize(options.train.features) * config.num_features();
}

/// What an example takes in each stage.
struct ExampleWork {
  double tokens = 0;
  double targets = 0;
  Work generate;
  Work ablate;
  Work evaluate;
  Work prune;
};

/// What is taken for a response that is not there yet: so many tokens from the context.
/// \throws RecordError if there is nothing to take
[[nodiscard]] Response assumed_response(const Inputs& inputs, Task task, const Prompt& prompt, std::int64_t tokens);

/// Counts the work of one example.
/// \param response_tokens  length of a response that the data set does not give
/// \throws RecordError if the example cannot be used
[[nodiscard]] ExampleWork work_of(const Session& session, const Inputs& inputs, Split split, const Example& example,
                                  std::int64_t response_tokens);

/// Means over some examples of a data set, evenly spread over it.
struct MeanWork {
  std::int64_t looked_at = 0;
  ExampleWork mean;
};
[[nodiscard]] MeanWork mean_work(const Session& session, const Inputs& inputs, Split split, double response_tokens);

/// `count` of the numbers 0..size-1, evenly spread.
[[nodiscard]] std::vector<std::int64_t> spread_over(std::int64_t size, std::int64_t count);

}  // namespace at2
