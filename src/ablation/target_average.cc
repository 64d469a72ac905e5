#include "ablation/target_average.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>

#include "base/errors.h"
#include "model/row_loops.h"

namespace at2 {

at::Tensor average_by_loops(const at::Tensor& scores_HUT, const TargetRows& rows, double scale,
                            std::span<const at::Tensor> factors) {
  AT2_EXPECT(scores_HUT.is_cpu() && scores_HUT.is_contiguous() && scores_HUT.scalar_type() == at::kFloat,
             "scores are float32 on the CPU");
  const std::int64_t heads = scores_HUT.size(0);
  const std::int64_t tokens = scores_HUT.size(1);
  const std::int64_t keys = scores_HUT.size(2);
  const TokenRange& span = rows.span;
  for (const at::Tensor& factor : factors) {
    AT2_EXPECT(factor.is_contiguous() && factor.sizes() == at::IntArrayRef({heads, tokens, span.size()}),
               "a factor per head, row and key of the span");
  }
  const std::int64_t targets = std::ssize(rows.targets);
  at::Tensor averaged_BGHT = at::zeros({1 + std::ssize(factors), targets, heads, span.size()});
  const std::int64_t size = targets * heads * span.size();
  float* scores = scores_HUT.mutable_data_ptr<float>();
  float* averaged = averaged_BGHT.mutable_data_ptr<float>();
  at::parallel_for(0, targets * heads, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t task = begin; task < end; ++task) {
      const TokenRange& target = rows.targets[static_cast<std::size_t>(task / heads)];
      for (std::int64_t u = target.begin; u < target.end; ++u) {
        const std::int64_t index = task % heads * tokens + u;
        float* row = scores + index * keys;
        const TokenRange& visible = rows.visible_U[static_cast<std::size_t>(u)];
        const float sum = row_loops::exp_in_place(row + visible.begin, visible.size(), static_cast<float>(scale));
        const std::int64_t first = std::max(span.begin, visible.begin);
        const std::int64_t last = std::min(span.end, visible.end);
        if (first >= last) continue;
        const float share = 1.0F / (sum * static_cast<float>(target.size()));
        const std::int64_t place = first - span.begin;
        float* to = averaged + task * span.size() + place;
        row_loops::add_scaled(row + first, last - first, share, to);
        for (const at::Tensor& factor : factors) {
          to += size;
          const float* by = factor.const_data_ptr<float>() + index * span.size() + place;
          row_loops::add_scaled_product(row + first, by, last - first, share, to);
        }
      }
    }
  });
  return averaged_BGHT;
}

at::Tensor attention_weights(const at::Tensor& scores_HUT, const TargetRows& rows, double scale) {
  const std::int64_t tokens = scores_HUT.size(1);
  at::Tensor hidden_UT = at::full({tokens, scores_HUT.size(2)}, -INFINITY);
  for (std::int64_t u = 0; u < tokens; ++u) {
    const TokenRange& visible = rows.visible_U[static_cast<std::size_t>(u)];
    hidden_UT[u].narrow(0, visible.begin, visible.size()).zero_();
  }
  return at::softmax(scores_HUT * scale + hidden_UT.to(scores_HUT.device()), -1);
}

at::Tensor average_by_operators(const at::Tensor& scores_HUT, const TargetRows& rows, double scale,
                                std::span<const at::Tensor> factors) {
  at::Tensor mean_GU = at::zeros({std::ssize(rows.targets), scores_HUT.size(1)});
  for (std::int64_t g = 0; g < mean_GU.size(0); ++g) {
    const TokenRange& target = rows.targets[static_cast<std::size_t>(g)];
    mean_GU[g].narrow(0, target.begin, target.size()).fill_(1.0 / static_cast<double>(target.size()));
  }
  mean_GU = mean_GU.to(scores_HUT.device());
  const at::Tensor weights = attention_weights(scores_HUT, rows, scale).narrow(2, rows.span.begin, rows.span.size());
  std::vector<at::Tensor> averaged = {at::matmul(mean_GU, weights).transpose(0, 1)};
  for (const at::Tensor& factor : factors) {
    averaged.push_back(at::matmul(mean_GU, weights * factor).transpose(0, 1));
  }
  return at::stack(averaged);
}

}  // namespace at2
