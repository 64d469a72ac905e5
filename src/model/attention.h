/// \file model/attention.h
/// \brief Scaled dot-product attention over the segments of a pack. The one file that calls LibTorch's private
/// attention operators (LibTorch 2.11).
#pragma once

#include <ATen/ATen.h>

#include <span>
#include <vector>

#include "model/kernels.h"
#include "model/kv_cache.h"
#include "model/model_config.h"
#include "model/pack.h"

namespace at2 {

/// What a segment's queries may see beyond "all of my own rows up to mine": built once per pack and kind of layer.
struct SegmentMask {
  /// Added to the scores, [n, m], 0 or -infinity; undefined where causality alone or nothing is masked.
  at::Tensor bias;
  /// Of the keys before the segment's rows, those that are out of every query's sight.
  std::int64_t first_key = 0;
  /// Keys that each query sees, for segments with a slot and for packs that go in blocks: [n].
  std::vector<RowRange> visible;
};

/// One mask per segment.
/// \param window  positions that a query sees, its own counted; 0 = all
[[nodiscard]] std::vector<SegmentMask> segment_masks(const Pack& pack, const KvCache* cache, std::int64_t window,
                                                     const at::TensorOptions& options);

/// Attention output [R, H K] of every row of the pack. Appends keys and values of segments with a slot to the cache.
/// With RowKernel::few, packs whose segments all have slots are computed by our own loops where those can.
/// \param qkv  [R, H + 2 N, K], queries and keys normed and rotated
[[nodiscard]] at::Tensor attend(const at::Tensor& qkv, const ModelConfig& config, const Pack& pack,
                                std::span<const SegmentMask> masks, std::int64_t layer, KvCache* cache,
                                RowKernel kernel = RowKernel::many);

/// 0 where a query at a position may see a key at a position, else -infinity: float32 [queries, keys].
/// \param window  as above
[[nodiscard]] at::Tensor visibility_bias(std::span<const std::int64_t> queries, std::span<const std::int64_t> keys,
                                         std::int64_t window);

}  // namespace at2
