/// \file ablation/attention_features.h
/// \brief Attention from targets to sources, per layer and head (paper, section 3.2, Attn(X, Y, s)), and what it
/// carries.
///
/// Weights are recomputed layer by layer for the target rows only and reduced at once, so that memory stays at
/// [targets, span, features] whatever the length of the sequence.
#pragma once

#include <ATen/ATen.h>

#include <cstdint>
#include <span>
#include <vector>

#include "ablation/attribution_task.h"
#include "ablation/head_outputs.h"
#include "ablation/target_average.h"
#include "model/attention_trace.h"
#include "model/language_model.h"

namespace at2 {

/// Attention to every token of a span, and other features of the heads.
struct TokenAttention {
  TokenRange span;
  /// Mean over the target's tokens: float32 [G, T, F], T = span.size(), F = L H for each of `features`, one after
  /// another.
  at::Tensor attention_GTF;
  std::vector<Feature> features = {Feature::attention};
};

/// The smallest span that holds all ranges. \pre there is a range
[[nodiscard]] TokenRange span_of(std::span<const TokenRange> ranges);

/// Averages the attention of a task's target rows, layer by layer.
class AttentionCollector {
 public:
  /// \param outputs  must outlive it; nullptr = attention alone, of all heads
  AttentionCollector(const ModelConfig& config, const AttributionTask& task, TokenRange span, const at::Device& device,
                     const HeadOutputs* outputs = nullptr);
  /// As AttentionObserver of a forward pass over `whole_pack(task)`.
  void operator()(std::int64_t layer, const AttentionRows& rows);
  /// \param queries_UHK  of the rows that predict the target tokens
  /// \param keys_NTK     of the whole sequence
  /// \param values_NTK   the same; not read where attention alone is collected
  void add_layer(std::int64_t layer, const at::Tensor& queries_UHK, const at::Tensor& keys_NTK,
                 const at::Tensor& values_NTK);
  /// Whether add_layer() reads anything of a layer; the features of heads that are not read are 0.
  [[nodiscard]] bool reads(std::int64_t layer) const { return !heads_of(layer).empty(); }
  /// What was collected. \pre all layers were seen
  [[nodiscard]] const TokenAttention& attention() const noexcept { return attention_; }

 private:
  [[nodiscard]] std::vector<std::int64_t> heads_of(std::int64_t layer) const;
  /// What attention is multiplied by for each feature but itself, up to the divisor of the norm behind the attention:
  /// [C, U, T of the span] each, for the C heads that are read.
  [[nodiscard]] std::vector<at::Tensor> factors(std::int64_t layer, std::span<const std::int64_t> heads,
                                                const TokenRange& span, const at::Tensor& values_NTK) const;
  /// Puts the averages of a layer's heads into their places.
  void keep(std::int64_t layer, std::span<const std::int64_t> heads, const at::Tensor& averaged_BGCT);

  const ModelConfig* config_;
  const HeadOutputs* outputs_;
  /// [U, D], where logit contributions are collected.
  at::Tensor readout_UD_;
  at::Tensor predicting_;
  // In layers that look at all before them, and in those that look at a window.
  TargetRows all_;
  TargetRows near_;
  TokenAttention attention_;
};

/// One forward pass over `whole_pack(task)`, seen by `collector`. \return final hidden states of the wanted rows, [W,
/// D]
[[nodiscard]] at::Tensor collect_attention(const LanguageModel& model, const AttributionTask& task,
                                           std::vector<std::int64_t> wanted, AttentionCollector& collector);

/// One unablated forward pass, attending to `span` (usually the context).
[[nodiscard]] TokenAttention attention_to_tokens(const LanguageModel& model, const AttributionTask& task,
                                                 TokenRange span, const HeadOutputs* outputs = nullptr);

/// The same from what generation kept, without a forward pass.
/// \pre the trace is of the task's sequence and holds the rows that predict its targets
[[nodiscard]] TokenAttention attention_from_trace(const ModelConfig& config, const AttentionTrace& trace,
                                                  const AttributionTask& task, TokenRange span,
                                                  const HeadOutputs* outputs = nullptr);

/// The whole sequence of a task, up to the last row that predicts a target token, as one segment.
[[nodiscard]] Pack whole_pack(const AttributionTask& task);

/// One feature of those collected, as if it had been collected alone. \pre it was
[[nodiscard]] TokenAttention only(const TokenAttention& attention, std::span<const Feature> features);

/// Sum over each source's tokens: attention_GSF, float32.
[[nodiscard]] at::Tensor attention_to_sources(const TokenAttention& attention, std::span<const TokenRange> sources);

/// What AT2 trains on: sum_s (2 keep_MS - 1) attention_GSF, float32 [G, M, F].
[[nodiscard]] at::Tensor ablation_features(const at::Tensor& attention_GSF, const at::Tensor& keep_MS);

}  // namespace at2
