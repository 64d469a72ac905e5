#include "ablation/score.h"

#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>
#include <exception>
#include <limits>
#include <numeric>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ablation/ablation_pack.h"
#include "ablation/block_plan.h"
#include "base/errors.h"
#include "model/pack_memory.h"

namespace at2 {
namespace {

/// Measures sequences of one example, pack by pack.
class PackScorer {
 public:
  PackScorer(const LanguageModel& model, const AttributionTask& task) : model_(&model), task_(&task) {}

  /// Measures the sequences in one pack if memory allows, else in halves.
  void measure(const std::vector<KeptPositions>& sequences) {
    const Pack pack = ablation_pack(*task_, sequences);
    const bool is_single = sequences.size() == 1;
    if ((is_single || fits(pack)) && try_pass(pack, std::ssize(sequences))) return;
    if (is_single) throw_too_long(std::ssize(pack.tokens));
    ++halved_packs_;
    const auto middle = sequences.begin() + std::ssize(sequences) / 2;
    measure({sequences.begin(), middle});
    measure({middle, sequences.end()});
  }

  /// log p of the target tokens of all sequences, [sequences, U].
  [[nodiscard]] at::Tensor token_log_probs() const {
    return parts_.empty() ? at::empty({0, num_target_tokens(*task_)}, at::kDouble) : at::cat(parts_);
  }
  [[nodiscard]] std::int64_t halved_packs() const noexcept { return halved_packs_; }

 private:
  [[nodiscard]] bool fits(const Pack& pack) const {
    const std::optional<std::int64_t> free = free_memory(model_->place().device);
    return !free || std::ssize(pack.tokens) <=
                        rows_that_fit(model_->config(), model_->place().dtype, needed_length(*task_), *free);
  }

  /// False if memory ran out; all that the pass had allocated is free again then.
  bool try_pass(const Pack& pack, std::int64_t count) {
    try {
      const at::Tensor odds = model_->target_log_odds(model_->hidden(pack), target_tokens(*task_).repeat({count}));
      parts_.push_back(log_prob_from_log_odds(odds).view({count, num_target_tokens(*task_)}));
      return true;
    } catch (const std::exception& error) {
      if (!is_out_of_memory(error)) throw;
      return false;
    }
  }

  [[noreturn]] void throw_too_long(std::int64_t tokens) const {
    throw UserError("example " + task_->example_id + " does not fit into memory",
                    "one forward pass over " + std::to_string(tokens) + " tokens ran out of it",
                    "use shorter contexts, a smaller dtype (model.dtype=bfloat16 or float16), fewer ranks on this "
                    "machine, or a device with more memory");
  }

  const LanguageModel* model_;
  const AttributionTask* task_;
  std::vector<at::Tensor> parts_;
  std::int64_t halved_packs_ = 0;
};

at::Tensor sum_over_targets(const AttributionTask& task, const at::Tensor& token_log_probs_MU) {
  std::vector<at::Tensor> sums;
  std::int64_t begin = 0;
  for (const TokenRange& target : task.targets) {
    sums.push_back(token_log_probs_MU.narrow(1, begin, target.size()).sum(1));
    begin += target.size();
  }
  return at::stack(sums);
}

/// For each mask, how many sequences it and those before it need.
std::vector<std::int64_t> sequences_up_to(const BlockPlan& plan) {
  std::vector<std::int64_t> counts_M;
  for (const std::int64_t sequence : plan.sequence_of_M) {
    counts_M.push_back(std::max(counts_M.empty() ? 0 : counts_M.back(), sequence + 1));
  }
  return counts_M;
}

}  // namespace

AblationOutcomes score_ablations(const LanguageModel& model, const AttributionTask& task, const at::Tensor& keep_MS) {
  check(task);
  const at::NoGradGuard no_gradients;
  // On a GPU the free memory is the bound.
  const bool is_bounded = model.place().device.is_cpu();
  const BlockPlan plan =
      plan_blocks(task, keep_MS, is_bounded ? max_pack_rows : std::numeric_limits<std::int64_t>::max());
  PackScorer scorer(model, task);
  for (const auto& sequences : plan.blocks) scorer.measure(sequences);
  AblationOutcomes outcomes =
      outcomes_of(task, scorer.token_log_probs().index_select(0, at::tensor(plan.sequence_of_M, at::kLong)));
  outcomes.sequences_M = sequences_up_to(plan);
  outcomes.halved_packs = scorer.halved_packs();
  return outcomes;
}

AblationOutcomes score_unablated(const LanguageModel& model, const AttributionTask& task) {
  return score_ablations(model, task, at::ones({1, std::ssize(task.sources)}, at::kByte));
}

AblationOutcomes outcomes_of(const AttributionTask& task, const at::Tensor& token_log_probs_MU) {
  AblationOutcomes outcomes;
  outcomes.token_log_probs_MU = token_log_probs_MU;
  outcomes.log_probs_GM = sum_over_targets(task, token_log_probs_MU);
  outcomes.logit_probs_GM = logit_from_log_prob(outcomes.log_probs_GM);
  outcomes.sequences_M.resize(static_cast<std::size_t>(token_log_probs_MU.size(0)));
  std::iota(outcomes.sequences_M.begin(), outcomes.sequences_M.end(), 1);
  return outcomes;
}

at::Tensor logit_from_log_prob(const at::Tensor& log_prob) {
  // log(1 - exp(x)): by expm1 near 0, by log1p far from it. p = 1 within rounding is given the smallest distance to 1.
  const at::Tensor x = log_prob.clamp_max(-std::numeric_limits<double>::min());
  const at::Tensor log1mexp = at::where(x > -std::log(2.0), at::log(-at::expm1(x)), at::log1p(-at::exp(x)));
  return x - log1mexp;
}

}  // namespace at2
