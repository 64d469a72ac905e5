#include "evaluate/evaluate_example.h"

#include <map>
#include <set>
#include <string>

#include "base/errors.h"
#include "evaluate/top_k_drop.h"

namespace at2 {
namespace {

/// A keep mask as bytes, which order and compare as a text does.
using Mask = std::string;

Mask row_of(const at::Tensor& keep_MS, std::int64_t row) {
  const auto* begin = keep_MS.const_data_ptr<std::uint8_t>() + row * keep_MS.size(1);
  return {reinterpret_cast<const char*>(begin), static_cast<std::size_t>(keep_MS.size(1))};
}

/// The distinct masks that top-k drops need, so that methods that agree share a forward pass.
class DistinctMasks {
 public:
  std::int64_t add(Mask mask) {
    const auto [found, is_new] = index_of_.try_emplace(std::move(mask), std::ssize(index_of_));
    if (is_new) order_.push_back(&found->first);
    return found->second;
  }
  [[nodiscard]] at::Tensor keep_MS(std::int64_t num_sources) const {
    at::Tensor keep = at::empty({std::ssize(order_), num_sources}, at::kByte);
    auto* to = keep.mutable_data_ptr<std::uint8_t>();
    for (const Mask* mask : order_) {
      for (const char kept : *mask) *to++ = static_cast<std::uint8_t>(kept);
    }
    return keep;
  }

 private:
  std::map<Mask, std::int64_t> index_of_;
  std::vector<const Mask*> order_;
};

Mask mask_without_best(const at::Tensor& scores_S, std::int64_t k) {
  const at::Tensor scores = scores_S.contiguous();
  const std::span<const double> values(scores.const_data_ptr<double>(), static_cast<std::size_t>(scores.numel()));
  const std::vector<std::uint8_t> keep_S = keep_all_but(top_k(values, k), scores.numel());
  return {keep_S.begin(), keep_S.end()};
}

/// Fills drops_GK of all methods with one set of ablations.
void measure_drops(Measurements& measurements, std::span<const std::int64_t> ks, ExampleEvaluation& evaluation) {
  const std::int64_t targets = std::ssize(measurements.task().targets);
  DistinctMasks masks;
  std::vector<std::int64_t> mask_of;
  for (const MethodEvaluation& method : evaluation.methods) {
    for (std::int64_t g = 0; g < targets; ++g) {
      for (const std::int64_t k : ks) mask_of.push_back(masks.add(mask_without_best(method.scores_GS.select(0, g), k)));
    }
  }
  const MeasuredAblations ablated = measurements.measure(masks.keep_MS(std::ssize(measurements.task().sources)));
  std::size_t next = 0;
  for (MethodEvaluation& method : evaluation.methods) {
    method.drops_GK = at::empty({targets, std::ssize(ks)}, at::kDouble);
    for (std::int64_t g = 0; g < targets; ++g) {
      for (std::int64_t j = 0; j < std::ssize(ks); ++j) {
        const at::Tensor log_prob = ablated.outcomes.log_probs_GM.select(0, g).select(0, mask_of[next++]);
        method.drops_GK.select(0, g).select(0, j).copy_(evaluation.full_log_probs_G.select(0, g) - log_prob);
      }
    }
  }
}

std::int64_t count_shared(const at::Tensor& a_MS, const at::Tensor& b_MS) {
  std::set<Mask> known;
  for (std::int64_t m = 0; m < b_MS.size(0); ++m) known.insert(row_of(b_MS, m));
  std::int64_t shared = 0;
  for (std::int64_t m = 0; m < a_MS.size(0); ++m) shared += known.contains(row_of(a_MS, m)) ? 1 : 0;
  return shared;
}

}  // namespace

ExampleEvaluation evaluate_example(Measurements& measurements, std::span<const std::unique_ptr<Attributor>> attributors,
                                   const ExampleEvaluationOptions& options) {
  const AttributionTask& task = measurements.task();
  ExampleEvaluation evaluation;
  evaluation.sources = task.sources;
  // Never the reference's seeding: these masks must be independent of those that ESM is fitted on.
  const MaskOptions masks{options.lds_ablations, options.keep_probability, MaskSeeding::per_example, options.seed,
                          MaskPurpose::evaluation};
  const Cost before = measurements.spent();
  evaluation.lds_ablations = measurements.measure(random_keep_masks(task.example_id, std::ssize(task.sources), masks));
  Cost shared;
  evaluation.full_log_probs_G = measurements.unablated(shared).log_probs_GM.select(1, 0).clone();
  for (const auto& attributor : attributors) {
    Attribution attribution = attributor->attribute(measurements);
    evaluation.methods.push_back(
        {attributor->key(), attributor->title(), std::move(attribution.scores_GS), {}, attribution.cost});
  }
  if (options.num_surrogate_ablations > 0) {
    const MeasuredAblations surrogate = measurements.surrogate_ablations(options.num_surrogate_ablations);
    evaluation.masks_shared_with_surrogate =
        count_shared(evaluation.lds_ablations.keep_MS, surrogate.keep_MS.contiguous());
  }
  measure_drops(measurements, options.top_k, evaluation);
  const Cost after = measurements.spent();
  evaluation.cost = {after.forward_passes - before.forward_passes, after.backward_passes - before.backward_passes,
                     after.seconds - before.seconds, after.halved_packs - before.halved_packs};
  return evaluation;
}

}  // namespace at2
