#include "ablation/attention_features.h"

#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <numeric>
#include <utility>

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

/// Averages the attention of a task's target rows, layer by layer.
class TargetAttention {
 public:
  TargetAttention(const ModelConfig& config, const AttributionTask& task, TokenRange span, const at::Device& device)
      : config_(config),
        average_GU_(averaging_matrix(task).to(device)),
        attention_{span, at::empty({std::ssize(task.targets), span.size(), config.num_features()})} {
    const std::vector<std::int64_t> predicting = predicting_positions(task);
    std::vector<std::int64_t> positions(static_cast<std::size_t>(needed_length(task)));
    std::iota(positions.begin(), positions.end(), 0);
    all_UT_ = visibility_bias(predicting, positions, 0).to(device);
    near_UT_ =
        config.sliding_window > 0 ? visibility_bias(predicting, positions, config.sliding_window).to(device) : all_UT_;
  }

  /// \param queries_UHK  of the rows that predict the target tokens
  /// \param keys_NTK     of the whole sequence
  void add_layer(std::int64_t layer, const at::Tensor& queries_UHK, const at::Tensor& keys_NTK) {
    const std::int64_t tokens = queries_UHK.size(0);
    const std::int64_t heads = config_.num_heads;
    const std::int64_t kv_heads = config_.num_kv_heads;
    const at::Tensor queries =
        queries_UHK.transpose(0, 1).reshape({kv_heads, heads / kv_heads * tokens, config_.head_width});
    const at::Tensor scores = at::bmm(queries, keys_NTK.transpose(1, 2))
                                  .to(at::kFloat)
                                  .mul_(config_.score_scale)
                                  .view({heads, tokens, keys_NTK.size(1)})
                                  .add_(config_.window_of(layer) > 0 ? near_UT_ : all_UT_);
    const at::Tensor weights = at::softmax(scores, -1).narrow(2, attention_.span.begin, attention_.span.size());
    const at::Tensor averaged_GHT = at::matmul(average_GU_, weights).transpose(0, 1);
    attention_.attention_GTF.narrow(2, layer * heads, heads).copy_(averaged_GHT.transpose(1, 2));
  }

  [[nodiscard]] TokenAttention result() && { return std::move(attention_); }

 private:
  const ModelConfig& config_;
  at::Tensor average_GU_;
  // Added to the scores of layers that see everything before them, and of those that see a window.
  at::Tensor all_UT_;
  at::Tensor near_UT_;
  TokenAttention attention_;
};

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

TokenAttention attention_to_tokens(const LanguageModel& model, const AttributionTask& task, TokenRange span) {
  check(task);
  const at::NoGradGuard no_gradients;
  Pack pack = whole_pack(task);
  const at::Tensor predicting = at::tensor(predicting_positions(task), at::kLong).to(model.place().device);
  TargetAttention attention(model.config(), task, span, model.place().device);
  ForwardOptions options;
  options.observer = [&](std::int64_t layer, const at::Tensor& queries_RHK, const at::Tensor& keys_RNK) {
    attention.add_layer(layer, queries_RHK.index_select(0, predicting), keys_RNK.transpose(0, 1));
  };
  // A wanted row only makes the last layer's remainder as cheap as it can be: its result is not used.
  pack.wanted = {std::ssize(pack.tokens) - 1};
  static_cast<void>(model.hidden(pack, options));
  return std::move(attention).result();
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
  TargetAttention attention(config, task, span, device);
  for (std::int64_t layer = 0; layer < config.num_layers; ++layer) {
    attention.add_layer(layer, trace.queries_LUHK[layer].index_select(0, index),
                        trace.keys_LNTK[layer].narrow(1, 0, length));
  }
  return std::move(attention).result();
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
