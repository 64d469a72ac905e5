#include "ablation/attention_features.h"

#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <functional>
#include <numeric>

#include "base/errors.h"

namespace at2 {
namespace {

/// [G, U]: 1 / (tokens of the target) where the token belongs to the target.
at::Tensor averaging_matrix(const AttributionTask& task) {
  at::Tensor average = at::zeros({std::ssize(task.targets), num_target_tokens(task)});
  std::int64_t begin = 0;
  for (std::int64_t g = 0; g < average.size(0); ++g) {
    const std::int64_t count = task.targets[static_cast<std::size_t>(g)].size();
    average.select(0, g).narrow(0, begin, count).fill_(1.0 / static_cast<double>(count));
    begin += count;
  }
  return average;
}

/// Attention weights of some rows, averaged over targets: [G, H, T] for the span.
at::Tensor averaged_weights(const at::Tensor& queries_UHK, const at::Tensor& keys_RNK, const at::Tensor& bias_UR,
                            const at::Tensor& average_GU, const TokenRange& span, double score_scale) {
  const std::int64_t tokens = queries_UHK.size(0);
  const std::int64_t heads = queries_UHK.size(1);
  const std::int64_t kv_heads = keys_RNK.size(1);
  const std::int64_t width = queries_UHK.size(2);
  const std::int64_t rows = keys_RNK.size(0);
  const at::Tensor queries = queries_UHK.transpose(0, 1).reshape({kv_heads, heads / kv_heads * tokens, width});
  const at::Tensor scores = at::bmm(queries, keys_RNK.permute({1, 2, 0}))
                                .to(at::kFloat)
                                .mul_(score_scale)
                                .view({heads, tokens, rows})
                                .add_(bias_UR);
  const at::Tensor weights = at::softmax(scores, -1).narrow(2, span.begin, span.size());
  return at::matmul(average_GU, weights).transpose(0, 1);
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

AttentionCollector::AttentionCollector(const LanguageModel& model, const AttributionTask& task, TokenRange span)
    : config_(&model.config()),
      predicting_(at::tensor(predicting_positions(task), at::kLong).to(model.place().device)),
      average_GU_(averaging_matrix(task).to(model.place().device)),
      attention_{span, at::empty({std::ssize(task.targets), span.size(), model.config().num_features()})} {
  const std::vector<std::int64_t> keys = whole_pack(task).positions;
  const std::vector<std::int64_t> queries = predicting_positions(task);
  all_UR_ = visibility_bias(queries, keys, 0).to(model.place().device);
  near_UR_ = visibility_bias(queries, keys, config_->sliding_window).to(model.place().device);
}

void AttentionCollector::operator()(std::int64_t layer, const at::Tensor& queries_RHK, const at::Tensor& keys_RNK) {
  const at::Tensor& bias_UR = config_->window_of(layer) > 0 ? near_UR_ : all_UR_;
  const at::Tensor weights_GHT = averaged_weights(queries_RHK.index_select(0, predicting_), keys_RNK, bias_UR,
                                                  average_GU_, attention_.span, config_->score_scale);
  const std::int64_t heads = config_->num_heads;
  attention_.attention_GTF.narrow(2, layer * heads, heads).copy_(weights_GHT.transpose(1, 2));
}

TokenAttention attention_to_tokens(const LanguageModel& model, const AttributionTask& task, TokenRange span) {
  check(task);
  const at::NoGradGuard no_gradients;
  AttentionCollector collector(model, task, span);
  ForwardOptions options;
  options.observer = std::ref(collector);
  // A wanted row only makes the last layer's remainder as cheap as it can be: its result is not used.
  Pack pack = whole_pack(task);
  pack.wanted = {std::ssize(pack.tokens) - 1};
  static_cast<void>(model.hidden(pack, options));
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
