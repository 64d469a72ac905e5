#include "ablation/target_average.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>

#include "base/errors.h"
#include "model/row_loops.h"

namespace at2 {

at::Tensor average_by_loops(const at::Tensor& scores_HUT, const TargetRows& rows, double scale) {
  AT2_EXPECT(scores_HUT.is_cpu() && scores_HUT.is_contiguous() && scores_HUT.scalar_type() == at::kFloat,
             "scores are float32 on the CPU");
  const std::int64_t heads = scores_HUT.size(0);
  const std::int64_t tokens = scores_HUT.size(1);
  const std::int64_t keys = scores_HUT.size(2);
  const TokenRange& span = rows.span;
  at::Tensor averaged_GHT = at::zeros({std::ssize(rows.targets), heads, span.size()});
  float* scores = scores_HUT.mutable_data_ptr<float>();
  float* averaged = averaged_GHT.mutable_data_ptr<float>();
  at::parallel_for(0, std::ssize(rows.targets) * heads, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t task = begin; task < end; ++task) {
      const TokenRange& target = rows.targets[static_cast<std::size_t>(task / heads)];
      for (std::int64_t u = target.begin; u < target.end; ++u) {
        float* row = scores + (task % heads * tokens + u) * keys;
        const TokenRange& visible = rows.visible_U[static_cast<std::size_t>(u)];
        const float sum = row_loops::exp_in_place(row + visible.begin, visible.size(), static_cast<float>(scale));
        const std::int64_t first = std::max(span.begin, visible.begin);
        const std::int64_t last = std::min(span.end, visible.end);
        if (first >= last) continue;
        row_loops::add_scaled(row + first, last - first, 1.0F / (sum * static_cast<float>(target.size())),
                              averaged + task * span.size() + first - span.begin);
      }
    }
  });
  return averaged_GHT;
}

at::Tensor average_by_operators(const at::Tensor& scores_HUT, const TargetRows& rows, double scale) {
  const std::int64_t tokens = scores_HUT.size(1);
  at::Tensor hidden_UT = at::full({tokens, scores_HUT.size(2)}, -INFINITY);
  for (std::int64_t u = 0; u < tokens; ++u) {
    const TokenRange& visible = rows.visible_U[static_cast<std::size_t>(u)];
    hidden_UT[u].narrow(0, visible.begin, visible.size()).zero_();
  }
  at::Tensor mean_GU = at::zeros({std::ssize(rows.targets), tokens});
  for (std::int64_t g = 0; g < mean_GU.size(0); ++g) {
    const TokenRange& target = rows.targets[static_cast<std::size_t>(g)];
    mean_GU[g].narrow(0, target.begin, target.size()).fill_(1.0 / static_cast<double>(target.size()));
  }
  const at::Tensor weights = at::softmax(scores_HUT * scale + hidden_UT.to(scores_HUT.device()), -1);
  return at::matmul(mean_GU.to(scores_HUT.device()), weights.narrow(2, rows.span.begin, rows.span.size()))
      .transpose(0, 1);
}

}  // namespace at2
