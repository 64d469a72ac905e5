/// \file model/language_model.h
/// \brief The packed forward pass: one function for generation, ablations and attention features.
#pragma once

#include <ATen/ATen.h>

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "model/kv_cache.h"
#include "model/model_config.h"
#include "model/weights.h"

namespace at2 {

/// Half-open range of rows of a pack.
struct RowRange {
  std::int64_t begin = 0;
  std::int64_t end = 0;
};

/// Consecutive rows that attend to some earlier rows of the same pack, then causally to themselves.
struct Segment {
  RowRange rows;
  /// Rows of the same pack that come before this segment's in its sequence, in order (a shared prefix).
  std::vector<RowRange> prefix;
  /// Slot of the KV cache that holds what came before and takes this segment's keys and values; -1 = none.
  std::int64_t cache_slot = -1;
};

/// Sequences laid one after another along the token axis, with explicit position ids.
struct Pack {
  std::vector<std::int64_t> tokens;
  std::vector<std::int64_t> positions;
  std::vector<Segment> segments;
  /// Rows whose final hidden state is wanted, in this order.
  std::vector<std::int64_t> wanted;
};

/// Called once per layer with the rotated queries [R, H, K] and keys [R, N, K] of a pack.
using AttentionObserver =
    std::function<void(std::int64_t layer, const at::Tensor& queries_RHK, const at::Tensor& keys_RNK)>;

struct ForwardOptions {
  KvCache* cache = nullptr;
  AttentionObserver observer;
  /// Input embeddings [R, D] in place of the tokens' own, for gradients with respect to them.
  at::Tensor embeddings;
};

/// A decoder with its weights. Immutable: one model serves any number of calls.
class LanguageModel {
 public:
  LanguageModel(ModelConfig config, Weights weights, ComputePlace place);

  [[nodiscard]] const ModelConfig& config() const noexcept { return config_; }
  [[nodiscard]] const ComputePlace& place() const noexcept { return place_; }
  [[nodiscard]] const Weights& weights() const noexcept { return weights_; }
  /// An empty cache for `slots` sequences of at most `capacity` tokens each.
  [[nodiscard]] KvCache make_cache(std::int64_t slots, std::int64_t capacity) const;

  /// Hidden states after the final norm of the wanted rows: [W, D].
  [[nodiscard]] at::Tensor hidden(const Pack& pack, const ForwardOptions& options = {}) const;
  /// Logits of hidden states [W, D]: [W, V].
  [[nodiscard]] at::Tensor logits(const at::Tensor& hidden_WD) const;
  /// Log-odds log(p / (1 - p)) of one target token per hidden state, float64 [W]; the head runs on a bounded number of
  /// rows at a time. \param targets int64 [W] on the CPU
  [[nodiscard]] at::Tensor target_log_odds(const at::Tensor& hidden_WD, const at::Tensor& targets) const;

 private:
  ModelConfig config_;
  Weights weights_;
  ComputePlace place_;
  at::Tensor inverse_frequencies_;  // [K/2]
};

/// log p from log(p / (1 - p)), without cancellation for p near 1: -log(1 + exp(-x)).
[[nodiscard]] at::Tensor log_prob_from_log_odds(const at::Tensor& log_odds);

}  // namespace at2
