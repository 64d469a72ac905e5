/// \file ablation/target_average.h
/// \brief From attention scores of target rows to the mean attention of each target, one layer at a time.
#pragma once

#include <ATen/ATen.h>

#include <span>
#include <vector>

#include "base/ranges.h"

namespace at2 {

/// Whose attention is averaged, and to what.
struct TargetRows {
  /// Rows of each target among the U rows of all.
  std::vector<TokenRange> targets;
  /// Keys that each row sees: [U].
  std::vector<TokenRange> visible_U;
  /// Keys whose attention is wanted.
  TokenRange span;
};

/// Mean over each target's rows of softmax(scale * scores) over the keys that a row sees, and of that times each of
/// `factors`: float32 [1 + factors, G, H, T] for the span.
/// \param scores_HUT  float32 on the CPU, contiguous; used up
/// \param factors     float32 [H, U, T] each, contiguous
[[nodiscard]] at::Tensor average_by_loops(const at::Tensor& scores_HUT, const TargetRows& rows, double scale,
                                          std::span<const at::Tensor> factors = {});

/// The same by LibTorch's operators, on any device; the scores stay.
[[nodiscard]] at::Tensor average_by_operators(const at::Tensor& scores_HUT, const TargetRows& rows, double scale,
                                              std::span<const at::Tensor> factors = {});

/// softmax(scale * scores) over the keys that a row sees, 0 elsewhere: [H, U, T]; the scores stay.
[[nodiscard]] at::Tensor attention_weights(const at::Tensor& scores_HUT, const TargetRows& rows, double scale);

}  // namespace at2
