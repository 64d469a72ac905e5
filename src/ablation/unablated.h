/// \file ablation/unablated.h
/// \brief All that one forward pass over the whole sequence gives.
#pragma once

#include "ablation/attention_features.h"
#include "ablation/score.h"

namespace at2 {

struct UnablatedMeasurement {
  TokenAttention attention;
  /// M = 1.
  AblationOutcomes outcomes;
};

/// What attention_to_tokens and score_unablated measure, from one forward pass: equal to theirs to the bit, since all
/// three passes have the same rows.
[[nodiscard]] UnablatedMeasurement measure_unablated(const LanguageModel& model, const AttributionTask& task,
                                                     TokenRange span, const HeadOutputs* outputs = nullptr);

}  // namespace at2
