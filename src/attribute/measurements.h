/// \file attribute/measurements.h
/// \brief What methods need to know about one example, measured once, when first asked for, and shared by all.
#pragma once

#include <ATen/ATen.h>

#include <cstdint>
#include <memory>
#include <optional>

#include "ablation/attention_features.h"
#include "ablation/keep_masks.h"
#include "ablation/score.h"

namespace at2 {

/// What a measurement or an attribution cost.
struct Cost {
  /// Sequences that went through the model: masks that keep the same tokens count once.
  double forward_passes = 0;
  double backward_passes = 0;
  double seconds = 0;
  /// Packs that were cut in halves because memory was short (score_ablations).
  std::int64_t halved_packs = 0;
  Cost& operator+=(const Cost& other);
};

/// Masks and what was measured under them.
struct MeasuredAblations {
  at::Tensor keep_MS;
  AblationOutcomes outcomes;
  Cost cost;
};

struct MeasurementOptions {
  std::uint64_t seed = 1;
  double keep_probability = 0.5;
  MaskSeeding seeding = MaskSeeding::per_example;
  /// Ablations that ESM may use.
  std::int64_t num_surrogate_ablations = 32;
  /// Features of the heads that methods will ask for; nullptr = attention alone.
  std::shared_ptr<const HeadOutputs> outputs = {};
};

/// Measurements of one response. What does not depend on the kind of sources is shared between the objects that
/// `with_sources` makes. The model must outlive it.
class Measurements {
 public:
  /// \param span  tokens that any source may hold (the context)
  Measurements(const LanguageModel& model, AttributionTask task, TokenRange span, MeasurementOptions options);

  /// The same response with other sources.
  [[nodiscard]] Measurements with_sources(std::vector<TokenRange> sources) const;

  /// Takes over attention that is known already, so that no pass is needed for it.
  /// \param cost  of getting it \pre it is of this task and span
  void set_attention(TokenAttention attention, const Cost& cost);

  [[nodiscard]] const AttributionTask& task() const noexcept { return task_; }
  [[nodiscard]] const LanguageModel& model() const noexcept { return *model_; }

  /// Features of the sources, [G, S, F] with F = L H for each one asked for.
  /// \param cost  receives what measuring them costs a method that uses them
  /// \pre they are among those of the options
  [[nodiscard]] at::Tensor features_GSF(std::span<const Feature> features, Cost& cost);
  /// Sum over each source's tokens of the gradient's L1 norm: [G, S].
  [[nodiscard]] at::Tensor gradient_GS(Cost& cost);
  /// The first `count` surrogate ablations.
  [[nodiscard]] MeasuredAblations surrogate_ablations(std::int64_t count);
  /// Every source hidden alone.
  [[nodiscard]] MeasuredAblations leave_one_out_ablations();
  /// Nothing hidden. Its pass gives the attention as well, which is then not measured again.
  [[nodiscard]] const AblationOutcomes& unablated(Cost& cost);
  /// Scores any masks and counts the cost.
  [[nodiscard]] MeasuredAblations measure(const at::Tensor& keep_MS);
  /// All that was measured for this response so far, each measurement counted once.
  [[nodiscard]] const Cost& spent() const noexcept { return shared_->spent; }

 private:
  struct Shared {
    std::optional<TokenAttention> attention;
    Cost attention_cost;
    std::optional<at::Tensor> gradient_GT;
    Cost gradient_cost;
    std::optional<AblationOutcomes> unablated;
    Cost unablated_cost;
    Cost spent;
  };

  const LanguageModel* model_;
  AttributionTask task_;
  TokenRange span_;
  MeasurementOptions options_;
  std::shared_ptr<Shared> shared_;
  std::optional<MeasuredAblations> surrogate_;
  std::optional<MeasuredAblations> leave_one_out_;
};

}  // namespace at2
