#include "model/few_rows.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "model/row_loops.h"

namespace at2::few_rows {
namespace {

// The same eight partial sums with every instruction set; one with wider registers just uses half of them.
constexpr std::int64_t lanes = 8;
using Lanes = float __attribute__((vector_size(lanes * sizeof(float))));

/// Rows of `weight` whose values stay in the second-level cache while all rows of x pass by.
constexpr std::int64_t cached_values = 1 << 15;

[[gnu::always_inline]] inline void load(const float* from, Lanes& to) { std::memcpy(&to, from, sizeof(Lanes)); }

/// The partial sums, in pairs.
[[gnu::always_inline]] inline float total(const Lanes& sum) {
  return ((sum[0] + sum[4]) + (sum[1] + sum[5])) + ((sum[2] + sum[6]) + (sum[3] + sum[7]));
}

[[gnu::always_inline]] inline float rest_of_dot(const float* a, const float* b, std::int64_t begin, std::int64_t end) {
  float sum = 0;
  for (std::int64_t k = begin; k < end; ++k) sum += a[k] * b[k];
  return sum;
}

/// M rows of x with N rows of the weight.
template <int M, int N>
[[gnu::always_inline]] inline void tile(const float* x, std::int64_t width, const float* weight, float* y,
                                        std::int64_t y_stride) {
  Lanes sums[M][N] = {};
  const std::int64_t whole = width / lanes * lanes;
  for (std::int64_t k = 0; k < whole; k += lanes) {
    Lanes w[N];
#pragma GCC unroll 12
    for (int n = 0; n < N; ++n) {
      load(weight + n * width + k, w[n]);
      // Rows of a later tile: with more arithmetic per value, the processor by itself looks less far ahead.
      __builtin_prefetch(weight + ((N > 2 ? N : 2 * N) + n) * width + k);
    }
#pragma GCC unroll 12
    for (int m = 0; m < M; ++m) {
      Lanes v;
      load(x + m * width + k, v);
#pragma GCC unroll 12
      for (int n = 0; n < N; ++n) sums[m][n] += w[n] * v;
    }
  }
  for (int m = 0; m < M; ++m) {
    for (int n = 0; n < N; ++n) {
      y[m * y_stride + n] = total(sums[m][n]) + rest_of_dot(x + m * width, weight + n * width, whole, width);
    }
  }
}

template <int M, int N>
[[gnu::always_inline]] inline void tiles(const float* x, std::int64_t width, const float* weight, Range outputs,
                                         float* y, std::int64_t y_stride) {
  std::int64_t n = outputs.begin;
  for (; n + N <= outputs.end; n += N) tile<M, N>(x, width, weight + n * width, y + n, y_stride);
  for (; n < outputs.end; ++n) tile<M, 1>(x, width, weight + n * width, y + n, y_stride);
}

/// At most 11 rows. M times N partial sums and what is being multiplied must fit into 16 registers.
[[gnu::always_inline]] inline void rest_of_rows(const float* x, std::int64_t rows, std::int64_t width,
                                                const float* weight, Range outputs, float* y, std::int64_t y_stride) {
  switch (rows) {
    case 1:
      return tiles<1, 4>(x, width, weight, outputs, y, y_stride);
    case 2:
      return tiles<2, 4>(x, width, weight, outputs, y, y_stride);
    case 3:
      return tiles<3, 4>(x, width, weight, outputs, y, y_stride);
    case 4:
      return tiles<4, 2>(x, width, weight, outputs, y, y_stride);
    case 5:
      return tiles<5, 2>(x, width, weight, outputs, y, y_stride);
    case 6:
      return tiles<6, 2>(x, width, weight, outputs, y, y_stride);
    case 7:
      return tiles<7, 1>(x, width, weight, outputs, y, y_stride);
    case 8:
      return tiles<8, 1>(x, width, weight, outputs, y, y_stride);
    case 9:
      return tiles<9, 1>(x, width, weight, outputs, y, y_stride);
    case 10:
      return tiles<10, 1>(x, width, weight, outputs, y, y_stride);
    case 11:
      return tiles<11, 1>(x, width, weight, outputs, y, y_stride);
    default:
      return;
  }
}

}  // namespace

AT2_CLONES void product(const float* x, std::int64_t rows, std::int64_t width, const float* weight, Range outputs,
                        float* y, std::int64_t y_stride) {
  const std::int64_t block = std::max<std::int64_t>(cached_values / width / 4 * 4, 4);
  for (std::int64_t first = outputs.begin; first < outputs.end; first += block) {
    const Range part{first, std::min(first + block, outputs.end)};
    std::int64_t m = 0;
    for (; m + 12 <= rows; m += 12) tiles<12, 1>(x + m * width, width, weight, part, y + m * y_stride, y_stride);
    rest_of_rows(x + m * width, rows - m, width, weight, part, y + m * y_stride, y_stride);
  }
}

AT2_CLONES void attend(const float* query, const float* keys, const float* values, Range visible, std::int64_t width,
                       float scale, std::span<float> weights, float* out) {
  const std::int64_t count = visible.end - visible.begin;
  tiles<1, 4>(query, width, keys + visible.begin * width, {0, count}, weights.data(), 0);
  const float inverse = 1.0F / row_loops::exp_in_place(weights.data(), count, scale);
  std::int64_t k = 0;
  const float* rows = values + visible.begin * width;
  for (; k + lanes <= width; k += lanes) {
    Lanes sum = {};
    for (std::int64_t j = 0; j < count; ++j) {
      Lanes v;
      load(rows + j * width + k, v);
      sum += v * weights[static_cast<std::size_t>(j)];
    }
    sum *= inverse;
    std::memcpy(out + k, &sum, sizeof(Lanes));
  }
  for (; k < width; ++k) {
    float sum = 0;
    for (std::int64_t j = 0; j < count; ++j) sum += rows[j * width + k] * weights[static_cast<std::size_t>(j)];
    out[k] = sum * inverse;
  }
}

}  // namespace at2::few_rows
