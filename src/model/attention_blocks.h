/// \file model/attention_blocks.h
/// \brief Attention of many float32 rows on a CPU: a block of queries at a time, as two matrix products with a softmax
/// between, over no more keys than the block sees.
#pragma once

#include <ATen/ATen.h>

#include <cstdint>
#include <span>

#include "model/model_config.h"
#include "model/pack.h"

namespace at2 {

/// Keys that one query sees at most where attention goes in blocks: scores of a block then stay in the cache.
inline constexpr std::int64_t max_block_keys = 1024;

/// Rows of a segment, and which of its keys (those of its prefix in order, then its own) each of them sees.
struct SegmentRows {
  RowRange rows;
  std::span<const RowRange> prefix;
  std::span<const RowRange> visible;
};

/// Attention output [R, H K]. The bits of a segment's rows depend on that segment alone.
/// \param qkv  [R, H + 2 N, K] on a CPU, float32, contiguous, without gradients
/// \pre every query sees a key, and no segment has more than max_block_keys of them
[[nodiscard]] at::Tensor attend_in_blocks(const at::Tensor& qkv, const ModelConfig& config,
                                          std::span<const SegmentRows> segments);

}  // namespace at2
