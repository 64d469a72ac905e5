/// \file train/feature_source.h
/// \brief Where the trainer takes features and logit-probs from.
///
/// Shape letters: G targets of an example, M ablations, F features.
#pragma once

#include <ATen/ATen.h>

#include <cstdint>
#include <vector>

namespace at2 {

/// The training set, seen alike by all ranks: examples in one global order, each with its targets.
class FeatureSource {
 public:
  virtual ~FeatureSource() = default;
  FeatureSource() = default;
  FeatureSource(const FeatureSource&) = delete;
  FeatureSource& operator=(const FeatureSource&) = delete;

  [[nodiscard]] virtual std::int64_t num_examples() const = 0;
  /// May be 0: such an example is never drawn.
  [[nodiscard]] virtual std::int64_t num_targets(std::int64_t example) const = 0;
  /// sum_s (2 v_s - 1) Attn(s) for each target and ablation, [G, M, F], float32 or float16 on the CPU.
  /// Called at once by several threads of a rank.
  [[nodiscard]] virtual at::Tensor features_GMF(std::int64_t example) const = 0;
  /// Measured logit-probs [nat], [G, M] float32. Called as features_GMF.
  [[nodiscard]] virtual at::Tensor logit_probs_GM(std::int64_t example) const = 0;
};

/// A training set held in memory.
class FeatureTable : public FeatureSource {
 public:
  /// Appends the next example; the tensors are kept, not copied (if contiguous and on the CPU).
  /// \throws UserError naming the example if a value is not finite.
  void add(const at::Tensor& features_GMF, const at::Tensor& logit_probs_GM);

  [[nodiscard]] std::int64_t num_examples() const override { return static_cast<std::int64_t>(features_.size()); }
  [[nodiscard]] std::int64_t num_targets(std::int64_t example) const override;
  [[nodiscard]] at::Tensor features_GMF(std::int64_t example) const override;
  [[nodiscard]] at::Tensor logit_probs_GM(std::int64_t example) const override;

 private:
  std::vector<at::Tensor> features_;
  std::vector<at::Tensor> logit_probs_;
};

}  // namespace at2
