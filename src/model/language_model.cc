#include "model/language_model.h"

#include <ATen/ops/softplus.h>

#include <cmath>
#include <numbers>
#include <utility>

#include "base/errors.h"
#include "model/attention.h"
#include "model/kernels.h"

namespace at2 {
namespace {

/// Rows of logits held at a time: bounds memory to this many rows of the vocabulary.
constexpr std::int64_t head_rows = 256;

/// Llama-3.1: long wavelengths are stretched by `factor`, short ones kept, those between blended.
double scaled_frequency(double frequency, const RopeOptions& rope) {
  const double wavelength = 2.0 * std::numbers::pi / frequency;
  const auto original = static_cast<double>(rope.original_max_positions);
  if (wavelength < original / rope.high_frequency_factor) return frequency;
  if (wavelength > original / rope.low_frequency_factor) return frequency / rope.factor;
  const double smooth =
      (original / wavelength - rope.low_frequency_factor) / (rope.high_frequency_factor - rope.low_frequency_factor);
  return (1.0 - smooth) * frequency / rope.factor + smooth * frequency;
}

at::Tensor inverse_frequencies(const ModelConfig& config) {
  const std::int64_t half = config.head_width / 2;
  AT2_EXPECT(config.rope.divisors.empty() || std::ssize(config.rope.divisors) == half, "one divisor per frequency");
  at::Tensor frequencies = at::empty({half}, at::kFloat);
  float* to = frequencies.mutable_data_ptr<float>();
  for (std::int64_t j = 0; j < half; ++j) {
    double frequency =
        std::pow(config.rope.theta, -2.0 * static_cast<double>(j) / static_cast<double>(config.head_width));
    if (config.rope.scaling == RopeOptions::Scaling::llama3) frequency = scaled_frequency(frequency, config.rope);
    if (!config.rope.divisors.empty())
      frequency /= static_cast<double>(config.rope.divisors[static_cast<std::size_t>(j)]);
    to[j] = static_cast<float>(frequency);
  }
  return frequencies;
}

at::Tensor as_tensor(const std::vector<std::int64_t>& numbers, const at::Device& device) {
  return at::tensor(numbers, at::kLong).to(device);
}

}  // namespace

LanguageModel::LanguageModel(ModelConfig config, Weights weights, ComputePlace place)
    : config_(std::move(config)),
      weights_(std::move(weights)),
      place_(std::move(place)),
      inverse_frequencies_(inverse_frequencies(config_).to(place_.device)) {
  AT2_EXPECT(std::ssize(weights_.layers) == config_.num_layers, "one set of weights per layer");
}

KvCache LanguageModel::make_cache(std::int64_t slots, std::int64_t capacity) const {
  return {config_.num_layers,   slots,
          config_.num_kv_heads, capacity,
          config_.head_width,   at::TensorOptions().device(place_.device).dtype(place_.dtype)};
}

at::Tensor LanguageModel::hidden(const Pack& pack, const ForwardOptions& options) const {
  const auto rows = std::ssize(pack.tokens);
  AT2_EXPECT(rows > 0 && std::ssize(pack.positions) == rows, "a pack has rows, and a position for each");
  const at::Tensor angles =
      as_tensor(pack.positions, place_.device).to(at::kFloat).unsqueeze(1) * inverse_frequencies_.unsqueeze(0);
  const at::Tensor cos = angles.cos();
  const at::Tensor sin = angles.sin();
  const auto masks = segment_masks(pack, options.cache, at::TensorOptions().device(place_.device).dtype(place_.dtype));
  const at::Tensor wanted = as_tensor(pack.wanted, place_.device);
  const std::int64_t heads = config_.num_heads;
  const std::int64_t kv_heads = config_.num_kv_heads;
  const std::int64_t last = config_.num_layers - 1;

  at::Tensor residual = options.embeddings.defined()
                            ? options.embeddings
                            : weights_.embedding.index_select(0, as_tensor(pack.tokens, place_.device));
  at::Tensor normed = rms_norm(residual, weights_.layers.front().attention_norm, config_.norm_epsilon);
  for (std::int64_t l = 0; l <= last; ++l) {
    const LayerWeights& layer = weights_.layers[static_cast<std::size_t>(l)];
    at::Tensor qkv = linear_rows(normed, layer.qkv).view({rows, heads + 2 * kv_heads, config_.head_width});
    qkv = rotate_heads(qkv, heads + kv_heads, cos, sin);
    if (options.observer) options.observer(l, qkv.narrow(1, 0, heads), qkv.narrow(1, heads, kv_heads));
    at::Tensor attended = attend(qkv, config_, pack, masks, l, options.cache);
    if (l == last) {
      // The rest of the last layer, and the head, are needed for the wanted rows only.
      attended = attended.index_select(0, wanted);
      residual = residual.index_select(0, wanted);
    }
    AddedNorm added = add_rms_norm(residual, linear_rows(attended, layer.output), layer.mlp_norm, config_.norm_epsilon);
    const at::Tensor update = linear_rows(gated_silu(linear_rows(added.normed, layer.gate_up)), layer.down);
    const at::Tensor& next_norm =
        l == last ? weights_.final_norm : weights_.layers[static_cast<std::size_t>(l) + 1].attention_norm;
    added = add_rms_norm(added.sum, update, next_norm, config_.norm_epsilon);
    residual = added.sum;
    normed = added.normed;
  }
  for (const Segment& segment : pack.segments) {
    if (segment.cache_slot >= 0) options.cache->advance(segment.cache_slot, segment.rows.end - segment.rows.begin);
  }
  return normed;
}

at::Tensor LanguageModel::logits(const at::Tensor& hidden_WD) const { return linear_rows(hidden_WD, weights_.head); }

at::Tensor LanguageModel::target_log_odds(const at::Tensor& hidden_WD, const at::Tensor& targets) const {
  AT2_EXPECT(hidden_WD.size(0) == targets.size(0), "one target per wanted row");
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
