#include "model/few_rows.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "base/clones.h"
#include "model/row_loops.h"

namespace at2::few_rows {
namespace {

// The same eight partial sums with every instruction set; one with wider registers just uses half of them.
constexpr std::int64_t lanes = 8;
using Lanes = float __attribute__((vector_size(lanes * sizeof(float))));
using Integers = std::int32_t __attribute__((vector_size(lanes * sizeof(std::int32_t))));

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

/// M rows of x with N packed rows.
template <int M, int N>
[[gnu::always_inline]] inline void coarse_tile(const float* x, std::int64_t width, const std::int32_t* packed,
                                               const float* scales, float* y, std::int64_t y_stride) {
  Lanes sums[M][N] = {};
  for (std::int64_t k = 0; k < width; k += coarse_block) {
    Integers fours[N];
#pragma GCC unroll 12
    for (int n = 0; n < N; ++n) {
      std::memcpy(&fours[n], packed + (n * width + k) / 4, sizeof(Integers));
      __builtin_prefetch(packed + (std::max(8, 2 * N) * width + n * width + k) / 4);
    }
#pragma GCC unroll 4
    for (int b = 0; b < 4; ++b) {
      Lanes w[N];
#pragma GCC unroll 12
      for (int n = 0; n < N; ++n) w[n] = __builtin_convertvector((fours[n] << (24 - 8 * b)) >> 24, Lanes);
#pragma GCC unroll 12
      for (int m = 0; m < M; ++m) {
        Lanes v;
        load(x + m * width + k + b * lanes, v);
#pragma GCC unroll 12
        for (int n = 0; n < N; ++n) sums[m][n] += w[n] * v;
      }
    }
  }
  for (int m = 0; m < M; ++m) {
    for (int n = 0; n < N; ++n) y[m * y_stride + n] = scales[n] * total(sums[m][n]);
  }
}

template <int M, int N>
[[gnu::always_inline]] inline void coarse_tiles(const float* x, std::int64_t width, const std::int32_t* packed,
                                                const float* scales, Range outputs, float* y, std::int64_t y_stride) {
  std::int64_t n = outputs.begin;
  for (; n + N <= outputs.end; n += N) {
    coarse_tile<M, N>(x, width, packed + n * width / 4, scales + n, y + n, y_stride);
  }
  for (; n < outputs.end; ++n) coarse_tile<M, 1>(x, width, packed + n * width / 4, scales + n, y + n, y_stride);
}

/// factor * sum_j weights[j] rows[j] for N registers' worth of numbers, each summed in the order of j.
template <int N>
[[gnu::always_inline]] inline void weighted_sum(const float* rows, std::int64_t width, const float* weights,
                                                std::int64_t count, float factor, float* out) {
  Lanes sums[N] = {};
  for (std::int64_t j = 0; j < count; ++j) {
#pragma GCC unroll 8
    for (int n = 0; n < N; ++n) {
      Lanes v;
      load(rows + j * width + n * lanes, v);
      sums[n] += v * weights[j];
    }
  }
  for (int n = 0; n < N; ++n) {
    sums[n] *= factor;
    std::memcpy(out + n * lanes, &sums[n], sizeof(Lanes));
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

AT2_CLONES float pack_coarse(const float* row, std::int64_t width, std::int32_t* packed) {
  float largest = 0;
  for (std::int64_t k = 0; k < width; ++k) largest = std::max(largest, std::abs(row[k]));
  const float scale = largest > 0 ? largest / 127.0F : 1.0F;
  const float inverse = 1.0F / scale;
  for (std::int64_t k = 0; k < width; k += coarse_block) {
    Integers fours = {};
    for (int b = 0; b < 4; ++b) {
      Lanes numbers;
      load(row + k + b * lanes, numbers);
      const Lanes scaled = numbers * inverse;
      // To the nearest, as converting drops what is behind the point.
      const Integers coarse =
          __builtin_convertvector(scaled + (scaled < 0.0F ? Lanes{} - 0.5F : Lanes{} + 0.5F), Integers);
      fours |= (coarse & 0xFF) << (8 * b);
    }
    std::memcpy(packed + k / 4, &fours, sizeof(Integers));
  }
  return scale;
}

AT2_CLONES void coarse_product(const float* x, std::int64_t rows, std::int64_t width, const std::int32_t* packed,
                               const float* scales, Range outputs, float* y, std::int64_t y_stride) {
  std::int64_t m = 0;
  for (; m + 4 <= rows; m += 4) {
    coarse_tiles<4, 2>(x + m * width, width, packed, scales, outputs, y + m * y_stride, y_stride);
  }
  const float* rest = x + m * width;
  float* to = y + m * y_stride;
  switch (rows - m) {
    case 1:
      return coarse_tiles<1, 4>(rest, width, packed, scales, outputs, to, y_stride);
    case 2:
      return coarse_tiles<2, 3>(rest, width, packed, scales, outputs, to, y_stride);
    case 3:
      return coarse_tiles<3, 2>(rest, width, packed, scales, outputs, to, y_stride);
    default:
      return;
  }
}

AT2_CLONES void attend(const float* query, const float* keys, const float* values, Range visible, std::int64_t width,
                       float scale, std::span<float> weights, float* out) {
  const std::int64_t count = visible.end - visible.begin;
  tiles<1, 4>(query, width, keys + visible.begin * width, {0, count}, weights.data(), 0);
  const float inverse = 1.0F / row_loops::exp_in_place(weights.data(), count, scale);
  const float* rows = values + visible.begin * width;
  std::int64_t k = 0;
  for (; k + 8 * lanes <= width; k += 8 * lanes)
    weighted_sum<8>(rows + k, width, weights.data(), count, inverse, out + k);
  for (; k + lanes <= width; k += lanes) weighted_sum<1>(rows + k, width, weights.data(), count, inverse, out + k);
  for (; k < width; ++k) {
    float sum = 0;
    for (std::int64_t j = 0; j < count; ++j) sum += rows[j * width + k] * weights[static_cast<std::size_t>(j)];
    out[k] = sum * inverse;
  }
}

}  // namespace at2::few_rows
