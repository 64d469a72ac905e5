#include "model/language_model.h"

#include <ATen/ops/softplus.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "base/errors.h"
#include "model/head_log_odds.h"
#include "model/kernels.h"
#include "model/steady_products.h"

namespace at2 {
namespace {

/// Rows that pass through a feed-forward part at a time on their way from one cached product to the next.
constexpr std::int64_t feed_forward_rows = 1024;

at::Tensor as_tensor(const std::vector<std::int64_t>& numbers, const at::Device& device) {
  return at::tensor(numbers, at::kLong).to(device);
}

}  // namespace

LanguageModel::LanguageModel(ModelConfig config, Weights weights, ComputePlace place)
    : config_(std::move(config)),
      weights_(std::move(weights)),
      place_(std::move(place)),
      rotary_(config_.rope, config_.rotary_width, place_.device) {
  make_products_steady();
  AT2_EXPECT(std::ssize(weights_.layers) == config_.num_layers, "one set of weights per layer");
  if (config_.sliding_rope) sliding_rotary_.emplace(*config_.sliding_rope, config_.rotary_width, place_.device);
}

KvCache LanguageModel::make_cache(std::int64_t slots, std::int64_t capacity) const {
  return {config_.num_layers,   slots,
          config_.num_kv_heads, capacity,
          config_.head_width,   at::TensorOptions().device(place_.device).dtype(place_.dtype)};
}

at::Tensor LanguageModel::embed(std::span<const std::int64_t> tokens) const {
  const at::Tensor index = as_tensor({tokens.begin(), tokens.end()}, place_.device);
  const at::Tensor rows = weights_.embedding.index_select(0, index);
  if (config_.embedding_scale == 1.0) return rows;
  // The factor itself has the model's dtype.
  return rows * at::full({}, config_.embedding_scale, rows.options());
}

LanguageModel::LayerContext LanguageModel::layer_context(const Pack& pack, const KvCache* cache,
                                                         AttentionReach reach) const {
  const bool slides = reach == AttentionReach::sliding;
  const Rotary& rotary = slides && sliding_rotary_ ? *sliding_rotary_ : rotary_;
  const auto options = at::TensorOptions().device(place_.device).dtype(place_.dtype);
  return {rotary.table(pack), segment_masks(pack, cache, slides ? config_.sliding_window : 0, options)};
}

at::Tensor LanguageModel::attention(std::int64_t l, const at::Tensor& normed, const Pack& pack,
                                    const LayerContext& context, const ForwardOptions& options) const {
  const LayerWeights& layer = weights_.layers[static_cast<std::size_t>(l)];
  const std::int64_t heads = config_.num_heads;
  const std::int64_t kv_heads = config_.num_kv_heads;
  at::Tensor qkv =
      linear_rows(normed, layer.qkv, options.kernel).view({normed.size(0), heads + 2 * kv_heads, config_.head_width});
  if (config_.qk_norm) {
    qkv = norm_heads(qkv, heads, kv_heads, layer.query_norm, layer.key_norm, config_.norm_epsilon);
  }
  qkv = rotate_heads(qkv, heads + kv_heads, context.table);
  if (options.observer) {
    options.observer(
        l, {qkv.narrow(1, 0, heads), qkv.narrow(1, heads, kv_heads), qkv.narrow(1, heads + kv_heads, kv_heads)});
  }
  return attend(qkv, config_, pack, context.masks, l, options.cache, options.kernel);
}

at::Tensor LanguageModel::feed_forward(const LayerWeights& layer, const at::Tensor& normed, RowKernel kernel) const {
  const auto part = [&](std::int64_t begin, std::int64_t count) {
    const at::Tensor gate_up = linear_rows(normed.narrow(0, begin, count), layer.gate_up, kernel);
    return linear_rows(gated(gate_up, config_.activation), layer.down, kernel);
  };
  const std::int64_t rows = normed.size(0);
  if (rows <= feed_forward_rows || !normed.is_cpu()) return part(0, rows);
  std::vector<at::Tensor> parts;
  for (std::int64_t begin = 0; begin < rows; begin += feed_forward_rows) {
    parts.push_back(part(begin, std::min(feed_forward_rows, rows - begin)));
  }
  return at::cat(parts);
}

at::Tensor LanguageModel::hidden(const Pack& pack, const ForwardOptions& options) const {
  AT2_EXPECT(!pack.tokens.empty() && pack.positions.size() == pack.tokens.size(),
             "a pack has rows, and a position for each");
  std::map<AttentionReach, LayerContext> contexts;
  for (const AttentionReach reach : config_.reach) {
    if (!contexts.contains(reach)) contexts.emplace(reach, layer_context(pack, options.cache, reach));
  }
  const at::Tensor wanted = as_tensor(pack.wanted, place_.device);
  const double epsilon = config_.norm_epsilon;
  const auto last = weights_.layers.size() - 1;
  at::Tensor residual = options.embeddings.defined() ? options.embeddings : embed(pack.tokens);
  at::Tensor normed = rms_norm(residual, weights_.layers.front().attention_norm, epsilon);
  for (std::size_t l = 0; l <= last; ++l) {
    const LayerWeights& layer = weights_.layers[l];
    at::Tensor attended = attention(static_cast<std::int64_t>(l), normed, pack, contexts.at(config_.reach[l]), options);
    if (l == last) {
      // The rest of the last layer, and the head, are needed for the wanted rows only.
      attended = attended.index_select(0, wanted);
      residual = residual.index_select(0, wanted);
    }
    at::Tensor update = linear_rows(attended, layer.output, options.kernel);
    if (config_.post_norms) update = rms_norm(update, layer.post_attention_norm, epsilon);
    AddedNorm added = add_rms_norm(residual, update, layer.mlp_norm, epsilon);
    update = feed_forward(layer, added.normed, options.kernel);
    if (config_.post_norms) update = rms_norm(update, layer.post_mlp_norm, epsilon);
    const at::Tensor& next_norm = l == last ? weights_.final_norm : weights_.layers[l + 1].attention_norm;
    added = add_rms_norm(added.sum, update, next_norm, epsilon);
    residual = added.sum;
    normed = added.normed;
  }
  for (const Segment& segment : pack.segments) {
    if (segment.cache_slot < 0) continue;
    const auto rows = static_cast<std::size_t>(segment.rows.end - segment.rows.begin);
    options.cache->advance(segment.cache_slot,
                           std::span(pack.positions).subspan(static_cast<std::size_t>(segment.rows.begin), rows));
  }
  return normed;
}

at::Tensor LanguageModel::logits(const at::Tensor& hidden_WD) const { return linear_rows(hidden_WD, weights_.head); }

at::Tensor LanguageModel::target_log_odds(const at::Tensor& hidden_WD, const at::Tensor& targets) const {
  AT2_EXPECT(hidden_WD.size(0) == targets.size(0), "one target per wanted row");
  const bool is_plain = hidden_WD.is_cpu() && hidden_WD.scalar_type() == at::kFloat && !hidden_WD.requires_grad();
  if (is_plain) return head_log_odds(hidden_WD, weights_.head, targets);
  std::vector<at::Tensor> parts;
  for (std::int64_t begin = 0; begin < hidden_WD.size(0); begin += head_rows) {
    const std::int64_t count = std::min(head_rows, hidden_WD.size(0) - begin);
    parts.push_back(at2::target_log_odds(logits(hidden_WD.narrow(0, begin, count)), targets.narrow(0, begin, count)));
  }
  return parts.empty() ? at::empty({0}, at::kDouble) : at::cat(parts);
}

at::Tensor log_prob_from_log_odds(const at::Tensor& log_odds) {
  // -log(1 + exp(-x)), written with the larger exponent taken out.
  const at::Tensor negative = at::clamp_max(log_odds, 0.0);
  return negative - at::log1p(at::exp(-at::abs(log_odds)));
}

}  // namespace at2
