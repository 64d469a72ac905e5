#include "ablation/attention_features.h"

#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <functional>
#include <numeric>
#include <utility>

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

/// Rows of all query heads, [U, H, K], beside the key/value head that they share: [N, H / N * U, K].
at::Tensor grouped(const at::Tensor& rows_UHK, const ModelConfig& config) {
  return rows_UHK.transpose(0, 1).reshape(
      {config.num_kv_heads, config.num_heads / config.num_kv_heads * rows_UHK.size(0), config.head_width});
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
  attention_.attention_GTF = at::empty({std::ssize(task.targets), span.size(), features});
  if (outputs && outputs->has(Feature::logit_contribution)) readout_UD_ = outputs->readout_UD(target_tokens(task));
}

void AttentionCollector::operator()(std::int64_t layer, const AttentionRows& rows) {
  add_layer(layer, rows.queries_RHK.index_select(0, predicting_), rows.keys_RNK.transpose(0, 1),
            rows.values_RNK.transpose(0, 1));
}

std::vector<at::Tensor> AttentionCollector::factors(std::int64_t layer, const at::Tensor& scores_HUT,
                                                    const TargetRows& rows, const at::Tensor& values_NTK) const {
  const std::int64_t tokens = scores_HUT.size(1);
  const TokenRange& span = rows.span;
  const at::Tensor seen_NTK = values_NTK.narrow(1, span.begin, span.size());
  std::vector<at::Tensor> factors_HUT;
  for (const Feature feature : attention_.features) {
    if (feature == Feature::value_norm) {
      factors_HUT.push_back(outputs_->norms_HT(layer, seen_NTK).unsqueeze(1).expand({-1, tokens, -1}));
    } else if (feature == Feature::logit_contribution) {
      const at::Tensor directions = grouped(outputs_->directions_UHK(layer, readout_UD_), *config_);
      const at::Tensor products = at::bmm(directions, seen_NTK.to(at::kFloat).transpose(1, 2));
      factors_HUT.push_back(products.view({config_->num_heads, tokens, span.size()}));
    }
  }
  if (!factors_HUT.empty() && config_->post_norms) {
    const at::Tensor weights = attention_weights(scores_HUT, rows, config_->score_scale);
    const at::Tensor divisors_U = outputs_->divisors_U(layer, attended(weights, values_NTK, *config_));
    for (at::Tensor& factor : factors_HUT) factor = factor / divisors_U.view({1, -1, 1});
  }
  for (at::Tensor& factor : factors_HUT) factor = factor.contiguous();
  return factors_HUT;
}

void AttentionCollector::add_layer(std::int64_t layer, const at::Tensor& queries_UHK, const at::Tensor& keys_NTK,
                                   const at::Tensor& values_NTK) {
  const std::int64_t heads = config_->num_heads;
  const at::Tensor scores_HUT = at::bmm(grouped(queries_UHK, *config_), keys_NTK.transpose(1, 2))
                                    .to(at::kFloat)
                                    .view({heads, queries_UHK.size(0), keys_NTK.size(1)});
  const TargetRows& rows = config_->window_of(layer) > 0 ? near_ : all_;
  const std::vector<at::Tensor> factors_HUT = factors(layer, scores_HUT, rows, values_NTK);
  const at::Tensor averaged_BGHT = scores_HUT.is_cpu()
                                       ? average_by_loops(scores_HUT, rows, config_->score_scale, factors_HUT)
                                       : average_by_operators(scores_HUT, rows, config_->score_scale, factors_HUT);
  std::int64_t factor = 0;
  for (std::size_t place = 0; place < attention_.features.size(); ++place) {
    const bool plain = attention_.features[place] == Feature::attention;
    const at::Tensor averaged_GHT = averaged_BGHT[plain ? 0 : ++factor];
    const std::int64_t first = static_cast<std::int64_t>(place) * config_->num_features() + layer * heads;
    attention_.attention_GTF.narrow(2, first, heads).copy_(averaged_GHT.transpose(1, 2));
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
    collector.add_layer(layer, trace.queries_LUHK[layer].index_select(0, index),
                        trace.keys_LNTK[layer].narrow(1, 0, length), trace.values_LNTK[layer].narrow(1, 0, length));
  }
  return collector.attention();
}

TokenAttention only(const TokenAttention& attention, std::span<const Feature> features) {
  if (std::equal(features.begin(), features.end(), attention.features.begin(), attention.features.end())) {
    return attention;
  }
  const std::int64_t width = attention.attention_GTF.size(2) / std::ssize(attention.features);
  std::vector<at::Tensor> parts;
  for (const Feature feature : features) {
    const auto found = std::find(attention.features.begin(), attention.features.end(), feature);
    AT2_EXPECT(found != attention.features.end(), "the feature was collected");
    parts.push_back(attention.attention_GTF.narrow(2, (found - attention.features.begin()) * width, width));
  }
  return {attention.span, at::cat(parts, 2), {features.begin(), features.end()}};
}

at::Tensor attention_to_sources(const TokenAttention& attention, std::span<const TokenRange> sources) {
  std::vector<at::Tensor> sums;
  sums.reserve(sources.size());
  for (const TokenRange& source : sources) {
    AT2_EXPECT(source.begin >= attention.span.begin && source.end <= attention.span.end, "a source lies in the span");
    sums.push_back(attention.attention_GTF.narrow(1, source.begin - attention.span.begin, source.size()).sum(1));
  }
  return at::stack(sums, 1);
}

at::Tensor ablation_features(const at::Tensor& attention_GSF, const at::Tensor& keep_MS) {
  const at::Tensor sign_MS = keep_MS.to(at::kFloat) * 2.0 - 1.0;
  return at::matmul(sign_MS, attention_GSF);
}

}  // namespace at2
