/// \file model/attention.h
/// \brief Scaled dot-product attention over the segments of a pack. The one file that calls LibTorch's private
/// attention operators (LibTorch 2.11).
#pragma once

#include <ATen/ATen.h>

#include <span>
#include <vector>

#include "model/language_model.h"

namespace at2 {

/// What a segment's queries may see beyond "all of my own rows up to mine": built once per pack, used in every layer.
struct SegmentMask {
  /// Added to the scores, [n, prefix + n], 0 or -infinity; undefined where causality alone or nothing is masked.
  at::Tensor bias;
};

/// One mask per segment.
[[nodiscard]] std::vector<SegmentMask> segment_masks(const Pack& pack, const KvCache* cache,
                                                     const at::TensorOptions& options);

/// Attention output [R, H K] of every row of the pack. Appends keys and values of segments with a slot to the cache.
/// \param qkv  [R, H + 2 N, K], queries and keys rotated
[[nodiscard]] at::Tensor attend(const at::Tensor& qkv, const ModelConfig& config, const Pack& pack,
                                std::span<const SegmentMask> masks, std::int64_t layer, KvCache* cache);

}  // namespace at2
