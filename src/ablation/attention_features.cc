#include "ablation/attention_features.h"

#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <functional>
#include <numeric>
#include <utility>

#include "ablation/feature_kinds.h"
#include "base/errors.h"

namespace at2 {
namespace {

TargetRows rows_of(const AttributionTask& task, TokenRange span, std::int64_t window) {
  TargetRows rows{{}, {}, span};
  std::int64_t first = 0;
  for (const TokenRange& target : task.targets) {
    rows.targets.push_back({first, first + target.size()});
    first += target.size();
  }
  for (const std::int64_t query : predicting_positions(task)) {
    rows.visible_U.push_back({window > 0 ? std::max<std::int64_t>(query - window + 1, 0) : 0, query + 1});
  }
  return rows;
}

/// Rows of query heads, [U, C, K], times the keys of the key/value head that each shares, [N, T, K]: float32 [C, U, T].
/// \param heads  those C query heads, ascending
at::Tensor products_CUT(const at::Tensor& rows_UCK, const at::Tensor& keys_NTK, std::span<const std::int64_t> heads,
                        const ModelConfig& config) {
  const std::int64_t tokens = rows_UCK.size(0);
  const std::int64_t sharing = config.num_heads / config.num_kv_heads;
  const at::Tensor rows_CUK = rows_UCK.transpose(0, 1);
  if (std::ssize(heads) == config.num_heads) {
    const at::Tensor grouped = rows_CUK.reshape({config.num_kv_heads, sharing * tokens, config.head_width});
    return at::bmm(grouped, keys_NTK.transpose(1, 2)).to(at::kFloat).view({config.num_heads, tokens, keys_NTK.size(1)});
  }
  at::Tensor products = at::empty({std::ssize(heads) * tokens, keys_NTK.size(1)}, rows_UCK.options());
  for (std::size_t begin = 0, end = 0; begin < heads.size(); begin = end) {
    const std::int64_t shared = heads[begin] / sharing;
    while (end < heads.size() && heads[end] / sharing == shared) ++end;
    const auto first = static_cast<std::int64_t>(begin);
    const auto count = static_cast<std::int64_t>(end - begin);
    at::Tensor part = products.narrow(0, first * tokens, count * tokens);
    at::mm_out(part, rows_CUK.narrow(0, first, count).reshape({count * tokens, config.head_width}),
               keys_NTK[shared].t());
  }
  return products.to(at::kFloat).view({std::ssize(heads), tokens, keys_NTK.size(1)});
}

/// Those of the heads 0 .. H - 1 along a dimension.
at::Tensor select_heads(const at::Tensor& tensor, std::int64_t dimension, std::span<const std::int64_t> heads) {
  if (std::ssize(heads) == tensor.size(dimension)) return tensor;
  return tensor.index_select(dimension, at::tensor(heads, at::kLong).to(tensor.device()));
}

/// Attention output of rows before the output projection: [U, H K].
at::Tensor attended(const at::Tensor& weights_HUT, const at::Tensor& values_NTK, const ModelConfig& config) {
  const std::int64_t tokens = weights_HUT.size(1);
  const at::Tensor weights =
      weights_HUT.reshape({config.num_kv_heads, config.num_heads / config.num_kv_heads * tokens, weights_HUT.size(2)});
  return at::bmm(weights, values_NTK.to(at::kFloat))
      .view({config.num_heads, tokens, config.head_width})
      .transpose(0, 1)
      .reshape({tokens, config.num_heads * config.head_width});
}

}  // namespace

TokenRange span_of(std::span<const TokenRange> ranges) {
  AT2_EXPECT(!ranges.empty(), "a task has sources");
  TokenRange span = ranges.front();
  for (const TokenRange& range : ranges) {
    span.begin = std::min(span.begin, range.begin);
    span.end = std::max(span.end, range.end);
  }
  return span;
}

Pack whole_pack(const AttributionTask& task) {
  const std::int64_t length = needed_length(task);
  Pack pack;
  pack.tokens.assign(task.tokens.begin(), task.tokens.begin() + length);
  pack.positions.resize(static_cast<std::size_t>(length));
  std::iota(pack.positions.begin(), pack.positions.end(), 0);
  pack.segments.push_back({{0, length}, {}, -1, std::ssize(task.tokens)});
  return pack;
}

AttentionCollector::AttentionCollector(const ModelConfig& config, const AttributionTask& task, TokenRange span,
                                       const at::Device& device, const HeadOutputs* outputs)
    : config_(&config),
      outputs_(outputs),
      predicting_(at::tensor(predicting_positions(task), at::kLong).to(device)),
      all_(rows_of(task, span, 0)),
      near_(rows_of(task, span, config.sliding_window)),
      attention_{span, {}, outputs ? outputs->features() : std::vector{Feature::attention}} {
  const std::int64_t features = std::ssize(attention_.features) * config.num_features();
  // Heads that are not read stay 0.
  attention_.attention_GTF = at::zeros({std::ssize(task.targets), span.size(), features});
  if (outputs && outputs->has(Feature::logit_contribution)) readout_UD_ = outputs->readout_UD(target_tokens(task));
}

void AttentionCollector::operator()(std::int64_t layer, const AttentionRows& rows) {
  if (!reads(layer)) return;
  add_layer(layer, rows.queries_RHK.index_select(0, predicting_), rows.keys_RNK.transpose(0, 1),
            rows.values_RNK.transpose(0, 1));
}

std::vector<std::int64_t> AttentionCollector::heads_of(std::int64_t layer) const {
  return outputs_ ? outputs_->heads_of(layer) : HeadSelection().of_layer(layer, config_->num_heads);
}

std::vector<at::Tensor> AttentionCollector::factors(std::int64_t layer, std::span<const std::int64_t> heads,
                                                    const TokenRange& span, const at::Tensor& values_NTK) const {
  const std::int64_t tokens = predicting_.size(0);
  const at::Tensor seen_NTK = values_NTK.narrow(1, span.begin, span.size());
  std::vector<at::Tensor> factors_CUT;
  for (const Feature feature : attention_.features) {
    if (feature == Feature::value_norm) {
      factors_CUT.push_back(outputs_->norms_CT(layer, seen_NTK).unsqueeze(1).expand({-1, tokens, -1}));
    } else if (feature == Feature::logit_contribution) {
      const at::Tensor directions_UCK = outputs_->directions_UCK(layer, readout_UD_);
      factors_CUT.push_back(products_CUT(directions_UCK, seen_NTK.to(at::kFloat), heads, *config_));
    }
  }
  return factors_CUT;
}

void AttentionCollector::add_layer(std::int64_t layer, const at::Tensor& queries_UHK, const at::Tensor& keys_NTK,
                                   const at::Tensor& values_NTK) {
  const std::vector<std::int64_t> heads = heads_of(layer);
  if (heads.empty()) return;
  const TargetRows& rows = config_->window_of(layer) > 0 ? near_ : all_;
  std::vector<at::Tensor> factors_CUT = factors(layer, heads, rows.span, values_NTK);
  // The norm behind the attention divides by what all heads write together, whichever of them are read.
  const bool divided = config_->post_norms && !factors_CUT.empty();
  const auto scored = divided ? HeadSelection().of_layer(layer, config_->num_heads) : heads;
  at::Tensor scores = products_CUT(select_heads(queries_UHK, 1, scored), keys_NTK, scored, *config_);
  if (divided) {
    const at::Tensor weights_HUT = attention_weights(scores, rows, config_->score_scale);
    const at::Tensor divisors_U = outputs_->divisors_U(layer, attended(weights_HUT, values_NTK, *config_));
    for (at::Tensor& factor : factors_CUT) factor = factor / divisors_U.view({1, -1, 1});
    scores = select_heads(scores, 0, heads);
  }
  for (at::Tensor& factor : factors_CUT) factor = factor.contiguous();
  const at::Tensor averaged_BGCT = scores.is_cpu()
                                       ? average_by_loops(scores, rows, config_->score_scale, factors_CUT)
                                       : average_by_operators(scores, rows, config_->score_scale, factors_CUT);
  keep(layer, heads, averaged_BGCT);
}

void AttentionCollector::keep(std::int64_t layer, std::span<const std::int64_t> heads,
                              const at::Tensor& averaged_BGCT) {
  std::int64_t factor = 0;
  for (std::size_t place = 0; place < attention_.features.size(); ++place) {
    const bool plain = attention_.features[place] == Feature::attention;
    const at::Tensor averaged_GTC = averaged_BGCT[plain ? 0 : ++factor].transpose(1, 2);
    const std::int64_t first = static_cast<std::int64_t>(place) * config_->num_features() + layer * config_->num_heads;
    const at::Tensor layer_GTH = attention_.attention_GTF.narrow(2, first, config_->num_heads);
    if (std::ssize(heads) == config_->num_heads) {
      layer_GTH.copy_(averaged_GTC);
      continue;
    }
    const at::Tensor on_host_GTC = averaged_GTC.to(layer_GTH.device());
    for (std::size_t c = 0; c < heads.size(); ++c) {
      layer_GTH.select(2, heads[c]).copy_(on_host_GTC.select(2, static_cast<std::int64_t>(c)));
    }
  }
}

at::Tensor collect_attention(const LanguageModel& model, const AttributionTask& task, std::vector<std::int64_t> wanted,
                             AttentionCollector& collector) {
  ForwardOptions options;
  options.observer = std::ref(collector);
  Pack pack = whole_pack(task);
  pack.wanted = std::move(wanted);
  return model.hidden(pack, options);
}

TokenAttention attention_to_tokens(const LanguageModel& model, const AttributionTask& task, TokenRange span,
                                   const HeadOutputs* outputs) {
  check(task);
  const at::NoGradGuard no_gradients;
  AttentionCollector collector(model.config(), task, span, model.place().device, outputs);
  // A wanted row only makes the last layer's remainder as cheap as it can be: its result is not used.
  static_cast<void>(collect_attention(model, task, {needed_length(task) - 1}, collector));
  return collector.attention();
}

TokenAttention attention_from_trace(const ModelConfig& config, const AttentionTrace& trace, const AttributionTask& task,
                                    TokenRange span, const HeadOutputs* outputs) {
  check(task);
  const at::NoGradGuard no_gradients;
  std::vector<std::int64_t> rows = predicting_positions(task);
  for (std::int64_t& row : rows) row -= trace.first_query;
  const std::int64_t length = needed_length(task);
  AT2_EXPECT(rows.front() >= 0 && rows.back() < trace.queries_LUHK.size(1) && length <= trace.keys_LNTK.size(2),
             "the trace holds the rows that predict the targets");
  const auto device = trace.queries_LUHK.device();
  const at::Tensor index = at::tensor(rows, at::kLong).to(device);
  AttentionCollector collector(config, task, span, device, outputs);
  for (std::int64_t layer = 0; layer < config.num_layers; ++layer) {
    if (!collector.reads(layer)) continue;
    collector.add_layer(layer, trace.queries_LUHK[layer].index_select(0, index),
                        trace.keys_LNTK[layer].narrow(1, 0, length), trace.values_LNTK[layer].narrow(1, 0, length));
  }
  return collector.attention();
}

TokenAttention only(const TokenAttention& attention, std::span<const Feature> features) {
  return {attention.span,
          of_kinds(attention.attention_GTF, attention.features, features),
          {features.begin(), features.end()}};
}

at::Tensor attention_to_sources(const TokenAttention& attention, std::span<const TokenRange> sources) {
  std::vector<at::Tensor> sums;
  sums.reserve(sources.size());
  for (const TokenRange& source : sources) {
    AT2_EXPECT(source.begin >= attention.span.begin && source.end <= attention.span.end, "a source lies in the span");
    const at::Tensor tokens_GTF = attention.attention_GTF.narrow(1, source.begin - attention.span.begin, source.size());
    // In double, so that the bits are the same whatever stands beside a feature: the order of a sum depends on that.
    sums.push_back(source.size() == 1 ? tokens_GTF.squeeze(1) : tokens_GTF.sum(1, false, at::kDouble).to(at::kFloat));
  }
  return at::stack(sums, 1);
}

at::Tensor ablation_features(const at::Tensor& attention_GSF, const at::Tensor& keep_MS) {
  const at::Tensor sign_MS = keep_MS.to(at::kFloat) * 2.0 - 1.0;
  return at::matmul(sign_MS, attention_GSF);
}

}  // namespace at2
