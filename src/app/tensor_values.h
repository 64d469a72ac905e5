/// \file app/tensor_values.h
/// \brief Tensors as plain vectors.
#pragma once

#include <ATen/ATen.h>

#include <cstdint>
#include <vector>

#include "base/ranges.h"

namespace at2 {

/// All elements in order.
[[nodiscard]] inline std::vector<double> numbers_of(const at::Tensor& tensor) {
  const at::Tensor plain = tensor.to(at::kDouble).contiguous();
  return {plain.const_data_ptr<double>(), plain.const_data_ptr<double>() + plain.numel()};
}

/// All elements in order. \pre int64
[[nodiscard]] inline std::vector<std::int64_t> integers_of(const at::Tensor& tensor) {
  const at::Tensor plain = tensor.contiguous();
  return {plain.const_data_ptr<std::int64_t>(), plain.const_data_ptr<std::int64_t>() + plain.numel()};
}

/// \pre a matrix
[[nodiscard]] inline std::vector<std::vector<double>> rows_of(const at::Tensor& matrix) {
  std::vector<std::vector<double>> rows;
  for (std::int64_t row = 0; row < matrix.size(0); ++row) rows.push_back(numbers_of(matrix.select(0, row)));
  return rows;
}

/// Ranges from [n, 2].
[[nodiscard]] inline std::vector<CharRange> char_ranges_of(const at::Tensor& pairs) {
  const std::vector<std::int64_t> ends = integers_of(pairs);
  std::vector<CharRange> ranges;
  for (std::size_t i = 0; i + 1 < ends.size(); i += 2) ranges.push_back({ends[i], ends[i + 1]});
  return ranges;
}

}  // namespace at2
