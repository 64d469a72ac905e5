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
                                       const at::Device& device)
    : config_(&config),
      predicting_(at::tensor(predicting_positions(task), at::kLong).to(device)),
      all_(rows_of(task, span, 0)),
      near_(rows_of(task, span, config.sliding_window)),
      attention_{span, at::empty({std::ssize(task.targets), span.size(), config.num_features()})} {}

void AttentionCollector::operator()(std::int64_t layer, const at::Tensor& queries_RHK, const at::Tensor& keys_RNK) {
  add_layer(layer, queries_RHK.index_select(0, predicting_), keys_RNK.transpose(0, 1));
}

void AttentionCollector::add_layer(std::int64_t layer, const at::Tensor& queries_UHK, const at::Tensor& keys_NTK) {
  const std::int64_t tokens = queries_UHK.size(0);
  const std::int64_t heads = config_->num_heads;
  const std::int64_t kv_heads = config_->num_kv_heads;
  const at::Tensor queries =
      queries_UHK.transpose(0, 1).reshape({kv_heads, heads / kv_heads * tokens, config_->head_width});
  const at::Tensor scores_HUT =
      at::bmm(queries, keys_NTK.transpose(1, 2)).to(at::kFloat).view({heads, tokens, keys_NTK.size(1)});
  const TargetRows& rows = config_->window_of(layer) > 0 ? near_ : all_;
  const at::Tensor averaged_GHT = scores_HUT.is_cpu() ? average_by_loops(scores_HUT, rows, config_->score_scale)
                                                      : average_by_operators(scores_HUT, rows, config_->score_scale);
  attention_.attention_GTF.narrow(2, layer * heads, heads).copy_(averaged_GHT.transpose(1, 2));
}

at::Tensor collect_attention(const LanguageModel& model, const AttributionTask& task, std::vector<std::int64_t> wanted,
                             AttentionCollector& collector) {
  ForwardOptions options;
  options.observer = std::ref(collector);
  Pack pack = whole_pack(task);
  pack.wanted = std::move(wanted);
  return model.hidden(pack, options);
}

TokenAttention attention_to_tokens(const LanguageModel& model, const AttributionTask& task, TokenRange span) {
  check(task);
  const at::NoGradGuard no_gradients;
  AttentionCollector collector(model.config(), task, span, model.place().device);
  // A wanted row only makes the last layer's remainder as cheap as it can be: its result is not used.
  static_cast<void>(collect_attention(model, task, {needed_length(task) - 1}, collector));
  return collector.attention();
}

TokenAttention attention_from_trace(const ModelConfig& config, const AttentionTrace& trace, const AttributionTask& task,
                                    TokenRange span) {
  check(task);
  const at::NoGradGuard no_gradients;
  std::vector<std::int64_t> rows = predicting_positions(task);
  for (std::int64_t& row : rows) row -= trace.first_query;
  const std::int64_t length = needed_length(task);
  AT2_EXPECT(rows.front() >= 0 && rows.back() < trace.queries_LUHK.size(1) && length <= trace.keys_LNTK.size(2),
             "the trace holds the rows that predict the targets");
  const auto device = trace.queries_LUHK.device();
  const at::Tensor index = at::tensor(rows, at::kLong).to(device);
  AttentionCollector collector(config, task, span, device);
  for (std::int64_t layer = 0; layer < config.num_layers; ++layer) {
    collector.add_layer(layer, trace.queries_LUHK[layer].index_select(0, index),
                        trace.keys_LNTK[layer].narrow(1, 0, length));
  }
  return collector.attention();
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
