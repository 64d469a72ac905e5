/// \file model/few_rows.h
/// \brief Matrix products and attention of a few float32 rows, as decoding needs them.
///
/// Libraries are tuned for many rows: with a few they read the weights at a fraction of the memory's rate, and a row's
/// bits depend on how many rows there are. Here every number is summed in one order whatever the number of rows, so
/// that neither the batch nor the length of a draft changes what a model generates. No LibTorch in here.
#pragma once

#include <cstdint>
#include <span>

namespace at2::few_rows {

/// Half-open range of numbers.
struct Range {
  std::int64_t begin = 0;
  std::int64_t end = 0;
};

/// y[m, n] = sum_k x[m, k] weight[n, k] for all m < rows and the n of `outputs`.
/// \param x        [rows, width]
/// \param weight   [., width]
/// \param y        row m begins at y + m y_stride
void product(const float* x, std::int64_t rows, std::int64_t width, const float* weight, Range outputs, float* y,
             std::int64_t y_stride);

/// Numbers that are packed together; the width of a coarse row is a multiple of it.
inline constexpr std::int64_t coarse_block = 32;

/// Rounds a row to scale * (-127 .. 127) and packs it, four numbers to an integer. \return scale, above 0
float pack_coarse(const float* row, std::int64_t width, std::int32_t* packed);

/// `product` with packed rows [., width / 4]: y[m, n] = scales[n] sum_k x[m, k] coarse[n, k].
void coarse_product(const float* x, std::int64_t rows, std::int64_t width, const std::int32_t* packed,
                    const float* scales, Range outputs, float* y, std::int64_t y_stride);

/// softmax(scale q . keys) values of one query over the keys of `visible`, into out [width].
/// \param keys, values  [., width]
/// \param weights       scratch, at least as long as `visible`
void attend(const float* query, const float* keys, const float* values, Range visible, std::int64_t width, float scale,
            std::span<float> weights, float* out);

}  // namespace at2::few_rows
