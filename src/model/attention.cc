#include "model/attention.h"

#include <ATen/ops/_scaled_dot_product_flash_attention_for_cpu.h>
#include <ATen/ops/scaled_dot_product_attention.h>

#include <cmath>

#include "base/errors.h"

namespace at2 {
namespace {

/// Queries [N, G, n, K] of one segment; keys and values [N, m, K]. Query i sees keys 0 .. m - n + i.
at::Tensor attend_one(const at::Tensor& queries, const at::Tensor& keys, const at::Tensor& values,
                      const SegmentMask& mask) {
  const std::int64_t group = queries.size(1);
  const std::int64_t rows = queries.size(2);
  if (!queries.is_cpu()) {
    const auto shape = queries.sizes();
    const auto wide = [&](const at::Tensor& x) {
      return x.unsqueeze(1).expand({shape[0], group, x.size(1), x.size(2)});
    };
    const auto bias = mask.bias.defined() ? std::optional<at::Tensor>(mask.bias) : std::nullopt;
    const bool causal = !bias && rows > 1;
    return at::scaled_dot_product_attention(queries, wide(keys), wide(values), bias, 0.0, causal);
  }
  if (rows == 1) {
    // One row: the heads of a group share keys, so they go into the query length and nothing is masked.
    const at::Tensor folded = queries.reshape({queries.size(0), 1, group, queries.size(3)});
    const at::Tensor out = std::get<0>(at::_scaled_dot_product_flash_attention_for_cpu(
        folded, keys.unsqueeze(1), values.unsqueeze(1), 0.0, /*is_causal=*/false));
    return out.reshape(queries.sizes());
  }
  const auto wide = [&](const at::Tensor& x) {
    return x.unsqueeze(1).expand({x.size(0), group, x.size(1), x.size(2)});
  };
  const auto bias = mask.bias.defined()
                        ? std::optional<at::Tensor>(mask.bias.view({1, 1, mask.bias.size(0), mask.bias.size(1)}))
                        : std::nullopt;
  return std::get<0>(at::_scaled_dot_product_flash_attention_for_cpu(queries, wide(keys), wide(values), 0.0,
                                                                     /*is_causal=*/!bias, bias));
}

/// Rows of `x` [R, N, K] that a segment reads, in order: [m, N, K].
at::Tensor visible_rows(const at::Tensor& x, const Segment& segment) {
  const at::Tensor own = x.narrow(0, segment.rows.begin, segment.rows.end - segment.rows.begin);
  if (segment.prefix.empty()) return own;
  std::vector<at::Tensor> parts;
  for (const RowRange& range : segment.prefix) parts.push_back(x.narrow(0, range.begin, range.end - range.begin));
  parts.push_back(own);
  return at::cat(parts);
}

std::int64_t earlier_keys(const Segment& segment, const KvCache* cache) {
  if (segment.cache_slot >= 0) return cache->length(segment.cache_slot);
  std::int64_t count = 0;
  for (const RowRange& range : segment.prefix) count += range.end - range.begin;
  return count;
}

}  // namespace

std::vector<SegmentMask> segment_masks(const Pack& pack, const KvCache* cache, const at::TensorOptions& options) {
  std::vector<SegmentMask> masks(pack.segments.size());
  for (std::size_t i = 0; i < masks.size(); ++i) {
    const Segment& segment = pack.segments[i];
    AT2_EXPECT(segment.cache_slot < 0 || cache != nullptr, "a segment names a slot, but there is no cache");
    AT2_EXPECT(segment.cache_slot < 0 || segment.prefix.empty(), "a segment has a slot or a prefix, not both");
    const std::int64_t rows = segment.rows.end - segment.rows.begin;
    const std::int64_t earlier = earlier_keys(segment, cache);
    if (earlier == 0 || rows == 1) continue;
    masks[i].bias = at::zeros({rows, earlier + rows}, options);
    masks[i].bias.narrow(1, earlier, rows).copy_(at::full({rows, rows}, -INFINITY, options).triu(1));
  }
  return masks;
}

at::Tensor attend(const at::Tensor& qkv, const ModelConfig& config, const Pack& pack,
                  std::span<const SegmentMask> masks, std::int64_t layer, KvCache* cache) {
  const std::int64_t heads = config.num_heads;
  const std::int64_t kv_heads = config.num_kv_heads;
  const std::int64_t group = heads / kv_heads;
  const std::int64_t width = config.head_width;
  const at::Tensor keys = qkv.narrow(1, heads, kv_heads);
  const at::Tensor values = qkv.narrow(1, heads + kv_heads, kv_heads);
  std::vector<at::Tensor> outputs;
  outputs.reserve(pack.segments.size());
  for (std::size_t i = 0; i < pack.segments.size(); ++i) {
    const Segment& segment = pack.segments[i];
    const std::int64_t rows = segment.rows.end - segment.rows.begin;
    const at::Tensor queries = qkv.narrow(0, segment.rows.begin, rows)
                                   .narrow(1, 0, heads)
                                   .view({rows, kv_heads, group, width})
                                   .permute({1, 2, 0, 3});
    KvCache::View seen;
    if (segment.cache_slot >= 0) {
      seen = cache->append(layer, segment.cache_slot, keys.narrow(0, segment.rows.begin, rows),
                           values.narrow(0, segment.rows.begin, rows));
    } else {
      seen = {visible_rows(keys, segment).transpose(0, 1), visible_rows(values, segment).transpose(0, 1)};
    }
    const at::Tensor out = attend_one(queries, seen.keys, seen.values, masks[i]);  // [N, G, n, K]
    outputs.push_back(out.permute({2, 0, 1, 3}).reshape({rows, heads * width}));
  }
  return outputs.size() == 1 ? outputs.front() : at::cat(outputs);
}

}  // namespace at2
