/// \file model/language_model.h
/// \brief The packed forward pass: one function for generation, ablations and attention features.
#pragma once

#include <ATen/ATen.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "model/attention.h"
#include "model/kernels.h"
#include "model/kv_cache.h"
#include "model/model_config.h"
#include "model/pack.h"
#include "model/rotary.h"
#include "model/weights.h"

namespace at2 {

/// What the attention of one layer reads of a pack's rows.
struct AttentionRows {
  /// Queries [R, H, K] and keys [R, N, K], normed and rotated.
  at::Tensor queries_RHK;
  at::Tensor keys_RNK;
  at::Tensor values_RNK;
};

/// Called once per layer.
using AttentionObserver = std::function<void(std::int64_t layer, const AttentionRows& rows)>;

struct ForwardOptions {
  KvCache* cache = nullptr;
  AttentionObserver observer;
  /// Input embeddings [R, D] in place of `embed`, for gradients with respect to them.
  at::Tensor embeddings;
  RowKernel kernel = RowKernel::many;
};

/// Rows of logits that scoring holds at a time: bounds memory to this many rows of the vocabulary.
inline constexpr std::int64_t head_rows = 256;

/// A decoder with its weights. Immutable: one model serves any number of calls.
class LanguageModel {
 public:
  LanguageModel(ModelConfig config, Weights weights, ComputePlace place);

  [[nodiscard]] const ModelConfig& config() const noexcept { return config_; }
  [[nodiscard]] const ComputePlace& place() const noexcept { return place_; }
  /// An empty cache for `slots` sequences of at most `capacity` tokens each.
  [[nodiscard]] KvCache make_cache(std::int64_t slots, std::int64_t capacity) const;

  /// What the first layer reads of tokens: [R, D], scaled where the model scales its embeddings.
  [[nodiscard]] at::Tensor embed(std::span<const std::int64_t> tokens) const;
  /// Hidden states after the final norm of the wanted rows: [W, D].
  [[nodiscard]] at::Tensor hidden(const Pack& pack, const ForwardOptions& options = {}) const;
  [[nodiscard]] const Weights& weights() const noexcept { return weights_; }
  /// The rows whose products with a hidden state are its logits, [V, D].
  [[nodiscard]] const at::Tensor& head() const noexcept { return weights_.head; }
  /// Logits of hidden states [W, D]: [W, V].
  [[nodiscard]] at::Tensor logits(const at::Tensor& hidden_WD) const;
  /// Log-odds log(p / (1 - p)) of one target token per hidden state, float64 [W]; the head runs on a bounded number of
  /// rows at a time. \param targets int64 [W] on the CPU
  [[nodiscard]] at::Tensor target_log_odds(const at::Tensor& hidden_WD, const at::Tensor& targets) const;

 private:
  /// What layers of one kind share in a pass.
  struct LayerContext {
    RotaryTable table;
    std::vector<SegmentMask> masks;
  };
  [[nodiscard]] LayerContext layer_context(const Pack& pack, const KvCache* cache, AttentionReach reach) const;
  /// Attention output of a layer before its output projection, [R, H K].
  [[nodiscard]] at::Tensor attention(std::int64_t layer, const at::Tensor& normed, const Pack& pack,
                                     const LayerContext& context, const ForwardOptions& options) const;
  /// Output of a layer's feed-forward part, [R, D].
  [[nodiscard]] at::Tensor feed_forward(const LayerWeights& layer, const at::Tensor& normed, RowKernel kernel) const;

  ModelConfig config_;
  Weights weights_;
  ComputePlace place_;
  Rotary rotary_;
  /// Of sliding layers, where they have their own.
  std::optional<Rotary> sliding_rotary_;
};

/// log p from log(p / (1 - p)), without cancellation for p near 1: -log(1 + exp(-x)).
[[nodiscard]] at::Tensor log_prob_from_log_odds(const at::Tensor& log_odds);

}  // namespace at2
