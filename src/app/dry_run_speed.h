/// \file app/dry_run_speed.h
/// \brief How fast this machine is with this model, from about two seconds of work.
#pragma once

#include "app/dry_run_estimate.h"
#include "app/inputs.h"

namespace at2 {

/// What was seen of responses while they were written.
struct WatchedResponses {
  double tokens = 0;
  double ends = 0;
};

struct MeasuredSpeed {
  Speed speed;
  WatchedResponses watched;
  /// Prompts that were decoded together.
  std::int64_t batch = 0;
};

/// Every rank measures at the same time, since they share memory and cores; the mean of all is returned. \collective
/// \param response_tokens  length to score responses at
/// \throws AgreedError if no example can be used, or memory runs out
[[nodiscard]] MeasuredSpeed measure_speed(const Session& session, const Inputs& inputs, const LanguageModel& model,
                                          std::int64_t response_tokens);

/// Seconds of a step of training on features of this shape, all ranks together. \collective
/// \param targets  in a batch
[[nodiscard]] double measure_train_step(const Session& session, const Inputs& inputs, std::int64_t targets);

}  // namespace at2
