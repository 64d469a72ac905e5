#include "model/head_log_odds.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <vector>

#include "base/errors.h"
#include "model/kernels.h"
#include "model/row_odds.h"

namespace at2 {
namespace {

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
