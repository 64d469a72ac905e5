#include "kept_trace.h"

#include <vector>

#include "ablation/attention_features.h"
#include "base/errors.h"

namespace at2::benchmarks {

AttentionTrace trace_of(const LanguageModel& model, const AttributionTask& task) {
  const std::vector<std::int64_t> rows = predicting_positions(task);
  const auto count = std::ssize(rows);
  AT2_EXPECT(rows.back() - rows.front() + 1 == count, "the targets lie side by side");
  std::vector<at::Tensor> queries;
  std::vector<at::Tensor> keys;
  std::vector<at::Tensor> values;
  ForwardOptions options;
  options.observer = [&](std::int64_t, const AttentionRows& seen) {
    queries.push_back(seen.queries_RHK.narrow(0, rows.front(), count).clone());
    keys.push_back(seen.keys_RNK.transpose(0, 1).contiguous());
    values.push_back(seen.values_RNK.transpose(0, 1).contiguous());
  };
  Pack pack = whole_pack(task);
  pack.wanted = {std::ssize(pack.tokens) - 1};
  static_cast<void>(model.hidden(pack, options));
  return {rows.front(), at::stack(queries), at::stack(keys), at::stack(values)};
}

std::vector<TokenRange> single_tokens(const TokenRange& range) {
  std::vector<TokenRange> tokens;
  for (std::int64_t token = range.begin; token < range.end; ++token) tokens.push_back({token, token + 1});
  return tokens;
}

}  // namespace at2::benchmarks
