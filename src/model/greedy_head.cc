#include "model/greedy_head.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>

#include "model/few_rows.h"
#include "model/kernels.h"

namespace at2 {
namespace {

/// Rounding of float32 sums of any order, as a share of the sum of the terms' sizes: far more than what D additions
/// make.
constexpr double rounding = 1e-4;
constexpr std::int64_t rows_per_task = 256;

}  // namespace

GreedyHead::GreedyHead(const at::Tensor& head_VD) : head_VD_(head_VD) {
  const bool is_plain = head_VD.is_cpu() && head_VD.scalar_type() == at::kFloat && head_VD.is_contiguous();
  const std::int64_t width = head_VD.size(1);
  if (!is_plain || width % few_rows::coarse_block != 0) return;
  coarse_ = at::empty({head_VD.size(0), width / 4}, at::kInt);
  scales_V_ = at::empty({head_VD.size(0)});
  at::parallel_for(0, head_VD.size(0), rows_per_task, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t v = begin; v < end; ++v) {
      scales_V_.mutable_data_ptr<float>()[v] =
          few_rows::pack_coarse(head_VD_.const_data_ptr<float>() + v * width, width,
                                coarse_.mutable_data_ptr<std::int32_t>() + v * width / 4);
    }
  });
}

std::vector<std::int64_t> GreedyHead::best(const at::Tensor& hidden_WD) const {
  if (!coarse_.defined()) {
    const at::Tensor best = linear_rows(hidden_WD, head_VD_, {}, RowKernel::few).argmax(1).to(at::kCPU);
    return {best.const_data_ptr<std::int64_t>(), best.const_data_ptr<std::int64_t>() + best.numel()};
  }
  const at::Tensor hidden = hidden_WD.contiguous();
  const std::int64_t rows = hidden.size(0);
  const std::int64_t width = hidden.size(1);
  const std::int64_t tokens = head_VD_.size(0);
  at::Tensor estimates_WV = at::empty({rows, tokens});
  at::parallel_for(0, tokens, rows_per_task, [&](std::int64_t begin, std::int64_t end) {
    few_rows::coarse_product(hidden.const_data_ptr<float>(), rows, width, coarse_.const_data_ptr<std::int32_t>(),
                             scales_V_.const_data_ptr<float>(), {begin, end}, estimates_WV.mutable_data_ptr<float>(),
                             tokens);
  });
  std::vector<std::int64_t> best(static_cast<std::size_t>(rows));
  at::parallel_for(0, rows, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t w = begin; w < end; ++w) {
      best[static_cast<std::size_t>(w)] =
          best_of_row(hidden.const_data_ptr<float>() + w * width, estimates_WV.const_data_ptr<float>() + w * tokens);
    }
  });
  return best;
}

std::int64_t GreedyHead::best_of_row(const float* hidden, const float* estimates) const {
  const std::int64_t tokens = head_VD_.size(0);
  const std::int64_t width = head_VD_.size(1);
  const float* scales = scales_V_.const_data_ptr<float>();
  double size = 0;
  for (std::int64_t k = 0; k < width; ++k) size += std::abs(static_cast<double>(hidden[k]));
  // A coarse weight is wrong by half a scale, a logit by that times the hidden state's L1 norm. No weight is above 127.
  const auto error_per_scale = static_cast<float>(size * (0.5 + 2 * 127 * rounding));
  float surely = estimates[0] - scales[0] * error_per_scale;
  for (std::int64_t v = 1; v < tokens; ++v) surely = std::max(surely, estimates[v] - scales[v] * error_per_scale);
  std::int64_t best = -1;
  float largest = 0;
  for (std::int64_t v = 0; v < tokens; ++v) {
    // Written so that a state which is not finite has candidates.
    if (estimates[v] + scales[v] * error_per_scale < surely) continue;
    float logit = 0;
    few_rows::product(hidden, 1, width, head_VD_.const_data_ptr<float>() + v * width, {0, 1}, &logit, 0);
    if (best < 0 || logit > largest) {
      best = v;
      largest = logit;
    }
  }
  return best;
}

}  // namespace at2
