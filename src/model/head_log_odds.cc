#include "model/head_log_odds.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "base/errors.h"
#include "model/kernels.h"
#include "model/row_loops.h"

namespace at2 {
namespace {

/// The target's logit, and the sum of exp(logit - shift) over the other tokens seen so far.
struct RowOdds {
  float target = 0;
  float shift = std::numeric_limits<float>::lowest();
  double others = 0;

  /// \param target  index within these logits, outside of them if the target is none of theirs
  void add(const float* logits, std::int64_t size, std::int64_t target_here) {
    const bool holds_target = target_here >= 0 && target_here < size;
    if (holds_target) target = logits[target_here];
    // The largest of the others, so that a target far above them does not make their sum underflow.
    const std::int64_t before = holds_target ? target_here : size;
    const std::int64_t after = std::min(before + 1, size);
    const float top =
        std::max({shift, row_loops::largest(logits, before), row_loops::largest(logits + after, size - after)});
    others *= std::exp(static_cast<double>(shift) - static_cast<double>(top));
    shift = top;
    others += row_loops::sum_exp_without(logits, size, holds_target ? target_here : -1, shift);
  }
  [[nodiscard]] double log_odds() const { return static_cast<double>(target - shift) - std::log(others); }
};

void add_rows(const at::Tensor& hidden_WD, const at::Tensor& head_VD, const std::int64_t* targets, RowOdds* odds) {
  for (std::int64_t first = 0; first < head_VD.size(0); first += head_tile_tokens) {
    const std::int64_t size = std::min(head_tile_tokens, head_VD.size(0) - first);
    const at::Tensor logits = linear_rows(hidden_WD, head_VD.narrow(0, first, size)).contiguous();
    const float* rows = logits.const_data_ptr<float>();
    at::parallel_for(0, hidden_WD.size(0), 4, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t row = begin; row < end; ++row) odds[row].add(rows + row * size, size, targets[row] - first);
    });
  }
}

}  // namespace

at::Tensor head_log_odds(const at::Tensor& hidden_WD, const at::Tensor& head_VD, const at::Tensor& targets) {
  AT2_EXPECT(targets.is_cpu() && targets.scalar_type() == at::kLong && targets.is_contiguous(), "targets are int64");
  const std::int64_t rows = hidden_WD.size(0);
  std::vector<RowOdds> odds(static_cast<std::size_t>(rows));
  for (std::int64_t begin = 0; begin < rows; begin += head_tile_rows) {
    const std::int64_t count = std::min(head_tile_rows, rows - begin);
    add_rows(hidden_WD.narrow(0, begin, count), head_VD, targets.const_data_ptr<std::int64_t>() + begin,
             odds.data() + begin);
  }
  at::Tensor result = at::empty({rows}, at::kDouble);
  auto* to = result.mutable_data_ptr<double>();
  for (const RowOdds& row : odds) *to++ = row.log_odds();
  return result;
}

}  // namespace at2
