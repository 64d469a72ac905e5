/// \file model/head_log_odds.h
/// \brief Log-odds of target tokens without the logits of a whole row: the head runs on a part of the vocabulary at a
/// time.
#pragma once

#include <ATen/ATen.h>

#include <cstdint>

namespace at2 {

/// Tokens of the vocabulary, and hidden states, that the head runs on at a time: the logits stay in the cache.
inline constexpr std::int64_t head_tile_tokens = 2048;
inline constexpr std::int64_t head_tile_rows = 2048;

/// log(p / (1 - p)) of one target token per hidden state, float64 [W]; sums go over the vocabulary part by part, in
/// an order that depends on its size alone.
/// \param hidden_WD, head_VD  float32 on a CPU, contiguous
/// \param targets  int64 [W]
[[nodiscard]] at::Tensor head_log_odds(const at::Tensor& hidden_WD, const at::Tensor& head_VD,
                                       const at::Tensor& targets);

}  // namespace at2
