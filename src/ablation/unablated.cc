#include "ablation/unablated.h"

#include <ATen/core/grad_mode.h>

namespace at2 {

UnablatedMeasurement measure_unablated(const LanguageModel& model, const AttributionTask& task, TokenRange span,
                                       const HeadOutputs* outputs) {
  check(task);
  const at::NoGradGuard no_gradients;
  AttentionCollector collector(model.config(), task, span, model.place().device, outputs);
  const at::Tensor hidden_UD = collect_attention(model, task, predicting_positions(task), collector);
  const at::Tensor odds = model.target_log_odds(hidden_UD, target_tokens(task));
  return {collector.attention(), outcomes_of(task, log_prob_from_log_odds(odds).unsqueeze(0))};
}

}  // namespace at2
