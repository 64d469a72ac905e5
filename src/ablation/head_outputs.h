/// \file ablation/head_outputs.h
/// \brief What attention heads write into the residual stream: how much, and toward which token's logit.
///
/// The output W_O^h v of a head h for a value v passes through the norm behind the attention where the architecture has
/// one (Gemma); then p is that norm's weight, else 1. Its divisor is the caller's affair, since it differs by row.
///
/// Shape letters beside the usual ones: C heads that are read in a layer.
#pragma once

#include <ATen/ATen.h>

#include <cstdint>
#include <span>
#include <vector>

#include "ablation/head_selection.h"
#include "config/options.h"
#include "model/language_model.h"

namespace at2 {

/// Which features are read of the heads, and what of a model's weights they need, prepared once for all examples.
/// The model must outlive it.
class HeadOutputs {
 public:
  /// \param heads  those that are read; the features of the others are taken as 0
  /// \pre features are different and not none
  HeadOutputs(const LanguageModel& model, std::vector<Feature> features, HeadSelection heads = {});

  /// In the order in which they stand side by side.
  [[nodiscard]] const std::vector<Feature>& features() const noexcept { return features_; }
  [[nodiscard]] bool has(Feature feature) const;
  /// Heads of a layer that are read, ascending.
  [[nodiscard]] std::vector<std::int64_t> heads_of(std::int64_t layer) const;

  /// |p W_O^h v| of every value: float32 [C, T]. By v' (W_O' p^2 W_O) v, with one small matrix per head.
  [[nodiscard]] at::Tensor norms_CT(std::int64_t layer, const at::Tensor& values_NTK) const;
  /// g (u_y - mean of all u) of target tokens y: float32 [U, D]; g is the weight of the final norm, u_y the row of the
  /// head for y.
  [[nodiscard]] at::Tensor readout_UD(const at::Tensor& targets_U) const;
  /// W_O^h' (p readout): float32 [U, C, K], whose product with a value is what that adds to the target's logit, up to
  /// the divisor of the final norm.
  [[nodiscard]] at::Tensor directions_UCK(std::int64_t layer, const at::Tensor& readout_UD) const;
  /// Divisor of the norm behind the attention, for rows of attention output [U, H K]: float32 [U].
  /// \pre the architecture has that norm
  [[nodiscard]] at::Tensor divisors_U(std::int64_t layer, const at::Tensor& attended_UE) const;

 private:
  /// W_O of the heads that are read with p taken in, float32 [D, C, K].
  [[nodiscard]] at::Tensor output_DCK(std::int64_t layer) const;
  [[nodiscard]] at::Tensor gram_CKK(std::int64_t layer) const;

  const LanguageModel* model_;
  std::vector<Feature> features_;
  HeadSelection heads_;
  /// Per layer, if norms are asked for; not defined where no head is read.
  std::vector<at::Tensor> grams_CKK_;
  /// Mean row of the head, [D], if logits are asked for.
  at::Tensor mean_D_;
};

}  // namespace at2
