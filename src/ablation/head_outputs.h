/// \file ablation/head_outputs.h
/// \brief What attention heads write into the residual stream: how much, and toward which token's logit.
///
/// The output W_O^h v of a head h for a value v passes through the norm behind the attention where the architecture has
/// one (Gemma); then p is that norm's weight, else 1. Its divisor is the caller's affair, since it differs by row.
#pragma once

#include <ATen/ATen.h>

#include <cstdint>
#include <span>
#include <vector>

#include "config/options.h"
#include "model/language_model.h"

namespace at2 {

/// Which features are read of the heads, and what of a model's weights they need, prepared once for all examples.
/// The model must outlive it.
class HeadOutputs {
 public:
  /// \pre features are different and not none
  HeadOutputs(const LanguageModel& model, std::vector<Feature> features);

  /// In the order in which they stand side by side.
  [[nodiscard]] const std::vector<Feature>& features() const noexcept { return features_; }
  [[nodiscard]] bool has(Feature feature) const;

  /// |p W_O^h v| of every value: float32 [H, T]. By v' (W_O' p^2 W_O) v, with one small matrix per head.
  [[nodiscard]] at::Tensor norms_HT(std::int64_t layer, const at::Tensor& values_NTK) const;
  /// g (u_y - mean of all u) of target tokens y: float32 [U, D]; g is the weight of the final norm, u_y the row of the
  /// head for y.
  [[nodiscard]] at::Tensor readout_UD(const at::Tensor& targets_U) const;
  /// W_O^h' (p readout): float32 [U, H, K], whose product with a value is what that adds to the target's logit, up to
  /// the divisor of the final norm.
  [[nodiscard]] at::Tensor directions_UHK(std::int64_t layer, const at::Tensor& readout_UD) const;
  /// Divisor of the norm behind the attention, for rows of attention output [U, H K]: float32 [U].
  /// \pre the architecture has that norm
  [[nodiscard]] at::Tensor divisors_U(std::int64_t layer, const at::Tensor& attended_UE) const;

 private:
  /// W_O with p taken in, float32 [D, H K].
  [[nodiscard]] at::Tensor output_DE(std::int64_t layer) const;
  [[nodiscard]] at::Tensor gram_HKK(std::int64_t layer) const;

  const LanguageModel* model_;
  std::vector<Feature> features_;
  /// Per layer, if norms are asked for.
  std::vector<at::Tensor> grams_HKK_;
  /// Mean row of the head, [D], if logits are asked for.
  at::Tensor mean_D_;
};

}  // namespace at2
