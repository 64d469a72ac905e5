/// \file model/kernels.h
/// \brief The element-wise parts of a decoder layer.
///
/// float32 tensors on the CPU that need no gradient go through our own fused loops; all others through LibTorch
/// operators that also run on a GPU and under autograd. A row's result never depends on the other rows.
#pragma once

#include <ATen/ATen.h>

#include <cstdint>

#include "model/rotary.h"
#include "model/weights.h"

namespace at2 {

/// Fewest rows of any matrix product on a scoring path: below it, results would depend on how many rows there are.
inline constexpr std::int64_t min_product_rows = 16;

/// How products are computed. A row's bits differ between the two, and depend on nothing else.
enum class RowKernel {
  /// By LibTorch, padded to `min_product_rows`: for packs of whole sequences.
  many,
  /// By our own loops (model/few_rows.h) for float32 on the CPU without gradients, else as `many`: for decoding.
  few,
};

/// x W' for x [R, in], W [out, in]: [R, out], plus `bias` [out] where it is defined.
[[nodiscard]] at::Tensor linear_rows(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias = {},
                                     RowKernel kernel = RowKernel::many);

/// The same for matrices that read the same input, side by side: [R, sum of out].
[[nodiscard]] at::Tensor linear_rows(const at::Tensor& x, const Projection& projection,
                                     RowKernel kernel = RowKernel::many);

/// Root-mean-square norm of every row times `weight` (float32): x / sqrt(mean(x^2) + epsilon) * weight; x [R, D].
/// Computed in float32 and rounded once.
[[nodiscard]] at::Tensor rms_norm(const at::Tensor& x, const at::Tensor& weight, double epsilon);

/// The same for the heads of x [R, heads, K], `query_weight` [K] for the first `num_heads`, `key_weight` for the next
/// `num_kv_heads`, the rest unchanged. May work in place when no gradient is needed.
[[nodiscard]] at::Tensor norm_heads(const at::Tensor& x, std::int64_t num_heads, std::int64_t num_kv_heads,
                                    const at::Tensor& query_weight, const at::Tensor& key_weight, double epsilon);

/// residual + update, and its norm. May reuse the memory of `residual` when no gradient is needed.
struct AddedNorm {
  at::Tensor sum;
  at::Tensor normed;
};
[[nodiscard]] AddedNorm add_rms_norm(const at::Tensor& residual, const at::Tensor& update, const at::Tensor& weight,
                                     double epsilon);

/// Rotates the first `num_heads` heads of every row of x [R, heads, K] by the angles of the table [R, J]: pairs j and
/// j + J of a head, J <= K/2; the rest of a head is unchanged. May work in place when no gradient is needed.
[[nodiscard]] at::Tensor rotate_heads(const at::Tensor& x, std::int64_t num_heads, const RotaryTable& table);

/// activation(gate) * up for gate_up [R, 2 I], the gate first: [R, I].
[[nodiscard]] at::Tensor gated(const at::Tensor& gate_up, Activation activation);

/// log-odds of the target in every row of logits [W, V], targets [W]: logit_y - log sum_{v != y} exp(logit_v),
/// free of cancellation when p -> 1: [W] float64 on the CPU.
[[nodiscard]] at::Tensor target_log_odds(const at::Tensor& logits, const at::Tensor& targets);

}  // namespace at2
