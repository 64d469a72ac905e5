#include "ablation/unablated.h"

#include <ATen/core/grad_mode.h>

#include <functional>

namespace at2 {

UnablatedMeasurement measure_unablated(const LanguageModel& model, const AttributionTask& task, TokenRange span) {
  check(task);
  const at::NoGradGuard no_gradients;
  AttentionCollector collector(model.config(), task, span, model.place().device);
  ForwardOptions options;
  options.observer = std::ref(collector);
  Pack pack = whole_pack(task);
  pack.wanted = predicting_positions(task);
  const at::Tensor odds = model.target_log_odds(model.hidden(pack, options), target_tokens(task));
  return {collector.attention(), outcomes_of(task, log_prob_from_log_odds(odds).unsqueeze(0))};
}

}  // namespace at2
