/// \file kept_trace.h
/// \brief What generating a response keeps for its attribution, without generating it.
#pragma once

#include "ablation/attribution_task.h"
#include "model/attention_trace.h"
#include "model/language_model.h"

namespace at2::benchmarks {

/// From a pass over the task's sequence: the rows that predict its targets, and all keys and values.
/// \pre the targets lie side by side
[[nodiscard]] AttentionTrace trace_of(const LanguageModel& model, const AttributionTask& task);

/// Every token of a range as a range of its own.
[[nodiscard]] std::vector<TokenRange> single_tokens(const TokenRange& range);

}  // namespace at2::benchmarks
