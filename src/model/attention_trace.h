/// \file model/attention_trace.h
/// \brief Queries, keys and values kept during generation, from which any attention weight of the response, and what it
/// carries, can be had without another forward pass.
#pragma once

#include <ATen/ATen.h>

#include <cstdint>

namespace at2 {

/// Of one sequence; normed and rotated, in the model's dtype and on its device.
struct AttentionTrace {
  /// Position of the first saved query: that of the row which predicted the first generated token.
  std::int64_t first_query = 0;
  /// [L, U, H, K] for the rows that predicted the U generated tokens.
  at::Tensor queries_LUHK;
  /// [L, N, T, K] for positions 0 .. T - 1; T reaches to the last saved query's position at least.
  at::Tensor keys_LNTK;
  /// The same for values.
  at::Tensor values_LNTK;
};

}  // namespace at2
