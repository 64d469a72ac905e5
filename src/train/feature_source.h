/// \file train/feature_source.h
/// \brief Where the trainer takes features and logit-probs from.
///
/// Shape letters: G targets of an example, M ablations, F features.
#pragma once

#include <ATen/ATen.h>

#include <compare>
#include <cstdint>
#include <span>
#include <vector>

namespace at2 {

/// A target of an example.
struct TargetIndex {
  std::int64_t example = 0;
  std::int64_t target = 0;
  auto operator<=>(const TargetIndex&) const = default;
};

/// What was measured of one target.
struct TargetFeatures {
  /// sum_s (2 v_s - 1) Attn(s) for each ablation, [M, F], float32 or float16 on the CPU, contiguous.
  at::Tensor features_MF;
  /// Measured logit-probs [nat], [M] float32, contiguous.
  at::Tensor logit_probs_M;
};

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
  /// Called at once by several threads of a rank.
  [[nodiscard]] virtual TargetFeatures target(TargetIndex index) const = 0;
  /// Says which targets this rank will ask for after those it was told of before; a source that reads from disk may
  /// begin. Changes no value. Not called while another thread of the rank is in target().
  virtual void read_ahead(std::span<const TargetIndex> /*targets*/) const {}
};

/// A training set held in memory.
class FeatureTable : public FeatureSource {
 public:
  /// Appends the next example; the tensors are kept, not copied (if contiguous and on the CPU).
  /// \throws UserError naming the example if a value is not finite.
  void add(const at::Tensor& features_GMF, const at::Tensor& logit_probs_GM);

  [[nodiscard]] std::int64_t num_examples() const override { return static_cast<std::int64_t>(features_.size()); }
  [[nodiscard]] std::int64_t num_targets(std::int64_t example) const override;
  [[nodiscard]] TargetFeatures target(TargetIndex index) const override;
  /// All targets of an example, [G, M, F] and [G, M].
  [[nodiscard]] at::Tensor features_GMF(std::int64_t example) const;
  [[nodiscard]] at::Tensor logit_probs_GM(std::int64_t example) const;

 private:
  std::vector<at::Tensor> features_;
  std::vector<at::Tensor> logit_probs_;
};

}  // namespace at2
