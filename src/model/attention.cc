#include "model/attention.h"

#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/_scaled_dot_product_flash_attention_for_cpu.h>
#include <ATen/ops/scaled_dot_product_attention.h>

#include <algorithm>
#include <cmath>

#include "base/errors.h"
#include "model/attention_blocks.h"
#include "model/few_rows.h"

namespace at2 {
namespace {

/// Numbers of keys that are worth a thread of their own; no result depends on it.
constexpr std::int64_t numbers_per_task = 65536;

/// Queries [N, G, n, K] of one segment; keys and values [N, m, K]. Query i sees keys 0 .. m - n + i, less what the mask
/// hides.
at::Tensor attend_one(const at::Tensor& queries, const at::Tensor& all_keys, const at::Tensor& all_values,
                      const SegmentMask& mask, double scale) {
  const std::int64_t seen = all_keys.size(1) - mask.first_key;
  const at::Tensor keys = all_keys.narrow(1, mask.first_key, seen);
  const at::Tensor values = all_values.narrow(1, mask.first_key, seen);
  const std::int64_t group = queries.size(1);
  const std::int64_t rows = queries.size(2);
  if (!queries.is_cpu()) {
    const auto shape = queries.sizes();
    const auto wide = [&](const at::Tensor& x) {
      return x.unsqueeze(1).expand({shape[0], group, x.size(1), x.size(2)});
    };
    const auto bias = mask.bias.defined() ? std::optional<at::Tensor>(mask.bias) : std::nullopt;
    const bool causal = !bias && rows > 1;
    return at::scaled_dot_product_attention(queries, wide(keys), wide(values), bias, 0.0, causal, scale);
  }
  if (rows == 1) {
    // One row: the heads of a group share keys, so they go into the query length and nothing is masked.
    const at::Tensor folded = queries.reshape({queries.size(0), 1, group, queries.size(3)});
    const at::Tensor out = std::get<0>(at::_scaled_dot_product_flash_attention_for_cpu(
        folded, keys.unsqueeze(1), values.unsqueeze(1), 0.0, /*is_causal=*/false, {}, scale));
    return out.reshape(queries.sizes());
  }
  const auto wide = [&](const at::Tensor& x) {
    return x.unsqueeze(1).expand({x.size(0), group, x.size(1), x.size(2)});
  };
  const auto bias = mask.bias.defined()
                        ? std::optional<at::Tensor>(mask.bias.view({1, 1, mask.bias.size(0), mask.bias.size(1)}))
                        : std::nullopt;
  return std::get<0>(at::_scaled_dot_product_flash_attention_for_cpu(queries, wide(keys), wide(values), 0.0,
                                                                     /*is_causal=*/!bias, bias, scale));
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

/// Positions of all keys that a segment's queries are compared with, in order.
std::vector<std::int64_t> key_positions(const Pack& pack, const Segment& segment, const KvCache* cache) {
  std::vector<std::int64_t> positions;
  const auto add_rows = [&](const RowRange& range) {
    positions.insert(positions.end(), pack.positions.begin() + range.begin, pack.positions.begin() + range.end);
  };
  if (segment.cache_slot >= 0) {
    const auto held = cache->positions(segment.cache_slot);
    positions.assign(held.begin(), held.end());
  }
  for (const RowRange& range : segment.prefix) add_rows(range);
  add_rows(segment.rows);
  return positions;
}

std::vector<RowRange> visible_keys(std::span<const std::int64_t> queries, std::span<const std::int64_t> keys,
                                   std::int64_t window) {
  std::vector<RowRange> visible;
  for (const std::int64_t query : queries) {
    const auto first = window > 0 ? std::upper_bound(keys.begin(), keys.end(), query - window) : keys.begin();
    const auto last = std::upper_bound(first, keys.end(), query);
    visible.push_back({first - keys.begin(), last - keys.begin()});
  }
  return visible;
}

SegmentMask mask_of(std::span<const std::int64_t> queries, std::span<const std::int64_t> keys, std::int64_t window,
                    const at::TensorOptions& options) {
  SegmentMask mask;
  const bool slides = window > 0 && queries.back() - keys.front() >= window;
  if (slides) {
    // Positions grow: what the first query cannot see, none can.
    const std::int64_t out_of_sight = queries.front() - window;
    mask.first_key = std::upper_bound(keys.begin(), keys.end(), out_of_sight) - keys.begin();
  }
  const auto seen = keys.subspan(static_cast<std::size_t>(mask.first_key));
  const bool causality_is_enough = !slides && seen.size() == queries.size();
  if (queries.size() == 1 || causality_is_enough) return mask;
  mask.bias = visibility_bias(queries, seen, window).to(options);
  return mask;
}

at::Tensor masking_bias(std::span<const std::int64_t> queries, std::span<const std::int64_t> keys, std::int64_t window,
                        std::span<const std::int64_t> masked) {
  at::Tensor bias = visibility_bias(queries, keys, window);
  for (std::size_t k = 0; k < keys.size(); ++k) {
    if (std::find(masked.begin(), masked.end(), keys[k]) == masked.end()) continue;
    for (std::size_t q = 0; q < queries.size(); ++q) {
      if (queries[q] != keys[k]) bias[static_cast<std::int64_t>(q)][static_cast<std::int64_t>(k)] = -INFINITY;
    }
  }
  return bias;
}

/// Whether a pack is computed by attend_in_blocks; asked when its masks are made and when they are used.
bool goes_in_blocks(const Pack& pack, const at::TensorOptions& options) {
  const auto is_short = [](const Segment& segment) {
    return segment.cache_slot < 0 && num_keys(segment.rows, segment.prefix) <= max_block_keys;
  };
  return options.device().is_cpu() && options.dtype() == at::kFloat && !at::GradMode::is_enabled() &&
         pack.masked.empty() && std::all_of(pack.segments.begin(), pack.segments.end(), is_short);
}

/// Whether our own loops can compute a pack.
bool is_for_few_rows(const at::Tensor& qkv, const Pack& pack) {
  const auto has_slot = [](const Segment& segment) { return segment.cache_slot >= 0; };
  return qkv.is_cpu() && qkv.scalar_type() == at::kFloat && !qkv.requires_grad() && qkv.is_contiguous() &&
         std::all_of(pack.segments.begin(), pack.segments.end(), has_slot);
}

/// What the rows of one segment see in a layer.
struct SeenRows {
  RowRange rows;
  KvCache::View view;
  std::span<const RowRange> visible;
};

/// `attend` by our own loops, for rows that the cache holds already.
at::Tensor attend_few(const at::Tensor& qkv, const ModelConfig& config, std::span<const SeenRows> segments) {
  const std::int64_t width = config.head_width;
  const std::int64_t heads = config.num_heads;
  const std::int64_t group = heads / config.num_kv_heads;
  const std::int64_t qkv_width = qkv.size(1) * width;
  at::Tensor out = at::empty({qkv.size(0), heads * width}, qkv.options());
  const float* queries = qkv.const_data_ptr<float>();
  float* to = out.mutable_data_ptr<float>();
  for (const SeenRows& segment : segments) {
    const float* keys = segment.view.keys.const_data_ptr<float>();
    const float* values = segment.view.values.const_data_ptr<float>();
    const std::int64_t head_stride = segment.view.keys.stride(0);
    const std::int64_t tasks = (segment.rows.end - segment.rows.begin) * heads;
    const std::int64_t seen = segment.view.keys.size(1);
    const std::int64_t grain = std::max<std::int64_t>(numbers_per_task / (seen * width), 1);
    at::parallel_for(0, tasks, grain, [&](std::int64_t begin, std::int64_t end) {
      std::vector<float> weights(static_cast<std::size_t>(seen));
      for (std::int64_t task = begin; task < end; ++task) {
        const std::int64_t row = segment.rows.begin + task / heads;
        const std::int64_t head = task % heads;
        const RowRange& visible = segment.visible[static_cast<std::size_t>(task / heads)];
        const std::int64_t keys_at = head / group * head_stride;
        few_rows::attend(queries + row * qkv_width + head * width, keys + keys_at, values + keys_at,
                         {visible.begin, visible.end}, width, static_cast<float>(config.score_scale), weights,
                         to + (row * heads + head) * width);
      }
    });
  }
  return out;
}

}  // namespace

std::vector<SegmentMask> segment_masks(const Pack& pack, const KvCache* cache, std::int64_t window,
                                       const at::TensorOptions& options) {
  const bool in_blocks = goes_in_blocks(pack, options);
  std::vector<SegmentMask> masks;
  for (const Segment& segment : pack.segments) {
    AT2_EXPECT(segment.cache_slot < 0 || cache != nullptr, "a segment names a slot, but there is no cache");
    AT2_EXPECT(segment.cache_slot < 0 || segment.prefix.empty(), "a segment has a slot or a prefix, not both");
    const auto rows = static_cast<std::size_t>(segment.rows.end - segment.rows.begin);
    const std::vector<std::int64_t> keys = key_positions(pack, segment, cache);
    const auto queries = std::span(keys).last(rows);
    if (in_blocks) {
      masks.push_back({{}, 0, visible_keys(queries, keys, window)});
      continue;
    }
    masks.push_back(pack.masked.empty()
                        ? mask_of(queries, keys, window, options)
                        : SegmentMask{masking_bias(queries, keys, window, pack.masked).to(options), 0, {}});
    if (segment.cache_slot >= 0) masks.back().visible = visible_keys(queries, keys, window);
  }
  return masks;
}

at::Tensor visibility_bias(std::span<const std::int64_t> queries, std::span<const std::int64_t> keys,
                           std::int64_t window) {
  const auto num_keys = std::ssize(keys);
  at::Tensor bias = at::full({std::ssize(queries), num_keys}, -INFINITY);
  auto* row = bias.mutable_data_ptr<float>();
  for (const std::int64_t query : queries) {
    const auto first = window > 0 ? std::upper_bound(keys.begin(), keys.end(), query - window) : keys.begin();
    const auto last = std::upper_bound(keys.begin(), keys.end(), query);
    std::fill(row + (first - keys.begin()), row + (last - keys.begin()), 0.0F);
    row += num_keys;
  }
  return bias;
}

at::Tensor attend(const at::Tensor& qkv, const ModelConfig& config, const Pack& pack,
                  std::span<const SegmentMask> masks, std::int64_t layer, KvCache* cache, RowKernel kernel) {
  const std::int64_t heads = config.num_heads;
  const std::int64_t kv_heads = config.num_kv_heads;
  const std::int64_t group = heads / kv_heads;
  const std::int64_t width = config.head_width;
  const at::Tensor keys = qkv.narrow(1, heads, kv_heads);
  const at::Tensor values = qkv.narrow(1, heads + kv_heads, kv_heads);
  if (goes_in_blocks(pack, qkv.options())) {
    std::vector<SegmentRows> segments;
    for (std::size_t i = 0; i < masks.size(); ++i) {
      segments.push_back({pack.segments[i].rows, pack.segments[i].prefix, masks[i].visible});
    }
    return attend_in_blocks(qkv, config, segments);
  }
  const bool few = kernel == RowKernel::few && is_for_few_rows(qkv, pack);
  std::vector<SeenRows> for_few;
  std::vector<at::Tensor> outputs;
  outputs.reserve(pack.segments.size());
  for (std::size_t i = 0; i < pack.segments.size(); ++i) {
    const Segment& segment = pack.segments[i];
    const std::int64_t rows = segment.rows.end - segment.rows.begin;
    KvCache::View seen;
    if (segment.cache_slot >= 0) {
      seen = cache->append(layer, segment.cache_slot, keys.narrow(0, segment.rows.begin, rows),
                           values.narrow(0, segment.rows.begin, rows));
    } else {
      seen = {visible_rows(keys, segment).transpose(0, 1), visible_rows(values, segment).transpose(0, 1)};
    }
    if (few) {
      for_few.push_back({segment.rows, std::move(seen), masks[i].visible});
      continue;
    }
    const at::Tensor queries = qkv.narrow(0, segment.rows.begin, rows)
                                   .narrow(1, 0, heads)
                                   .view({rows, kv_heads, group, width})
                                   .permute({1, 2, 0, 3});
    const at::Tensor out = attend_one(queries, seen.keys, seen.values, masks[i], config.score_scale);  // [N, G, n, K]
    outputs.push_back(out.permute({2, 0, 1, 3}).reshape({rows, heads * width}));
  }
  if (few) return attend_few(qkv, config, for_few);
  return outputs.size() == 1 ? outputs.front() : at::cat(outputs);
}

}  // namespace at2
