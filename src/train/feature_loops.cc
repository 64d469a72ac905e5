#include "train/feature_loops.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>

#include "base/clones.h"
#include "base/errors.h"
#include "train/fixed_order.h"

namespace at2 {
namespace {

// A register of AVX2 each; other instruction sets take two registers, or half of one.
using FourDoubles = double __attribute__((vector_size(4 * sizeof(double))));
using EightFloats = float __attribute__((vector_size(8 * sizeof(float))));
/// Partial sums of fixed_order_dot.
constexpr std::size_t lanes = 8;
/// Rows that share a load of theta.
constexpr std::size_t rows_at_once = 4;
/// Features whose sums stay in registers while the rows pass by.
constexpr std::size_t features_at_once = 64;

/// Dot products of `rows_at_once` rows, F apart.
AT2_CLONES void predict_group(const float* rows, const double* theta, std::size_t F, double* predictions) {
  FourDoubles low[rows_at_once] = {};
  FourDoubles high[rows_at_once] = {};
  const std::size_t whole = F / lanes * lanes;
  for (std::size_t f = 0; f < whole; f += lanes) {
    FourDoubles weight_low;
    FourDoubles weight_high;
    std::memcpy(&weight_low, theta + f, sizeof weight_low);
    std::memcpy(&weight_high, theta + f + lanes / 2, sizeof weight_high);
#pragma GCC unroll 4
    for (std::size_t r = 0; r < rows_at_once; ++r) {
      const float* x = rows + r * F + f;
      low[r] += FourDoubles{x[0], x[1], x[2], x[3]} * weight_low;
      high[r] += FourDoubles{x[4], x[5], x[6], x[7]} * weight_high;
    }
  }
  for (std::size_t r = 0; r < rows_at_once; ++r) {
    double sum = 0;
    for (std::size_t k = 0; k < 4; ++k) sum += low[r][k];
    for (std::size_t k = 0; k < 4; ++k) sum += high[r][k];
    for (std::size_t f = whole; f < F; ++f) sum += static_cast<double>(rows[r * F + f]) * theta[f];
    predictions[r] = sum;
  }
}

/// As add_weighted_rows, for the first multiple of `features_at_once` features.
AT2_CLONES void add_weighted_blocks(const float* rows, const float* weights, std::size_t M, std::size_t F,
                                    double* sum_F) {
  constexpr std::size_t registers = features_at_once / 8;
  for (std::size_t begin = 0; begin + features_at_once <= F; begin += features_at_once) {
    EightFloats sums[registers] = {};
    for (std::size_t m = 0; m < M; ++m) {
      const float weight = weights[m];
#pragma GCC unroll 8
      for (std::size_t j = 0; j < registers; ++j) {
        EightFloats row;
        std::memcpy(&row, rows + m * F + begin + j * 8, sizeof row);
        sums[j] += weight * row;
      }
    }
    for (std::size_t i = 0; i < features_at_once; ++i) sum_F[begin + i] += static_cast<double>(sums[i / 8][i % 8]);
  }
}

}  // namespace

void predict_rows(std::span<const float> features_MF, std::span<const double> theta_F,
                  std::span<double> predictions_M) {
  const std::size_t F = theta_F.size();
  AT2_EXPECT(features_MF.size() == predictions_M.size() * F, "one row per prediction, one number per weight");
  std::size_t m = 0;
  for (; m + rows_at_once <= predictions_M.size(); m += rows_at_once) {
    predict_group(features_MF.data() + m * F, theta_F.data(), F, predictions_M.data() + m);
  }
  for (; m < predictions_M.size(); ++m) predictions_M[m] = fixed_order_dot(features_MF.subspan(m * F, F), theta_F);
}

void add_weighted_rows(std::span<const float> features_MF, std::span<const float> weights_M, std::span<double> sum_F) {
  const std::size_t F = sum_F.size();
  AT2_EXPECT(features_MF.size() == weights_M.size() * F, "one row per weight, one number per sum");
  add_weighted_blocks(features_MF.data(), weights_M.data(), weights_M.size(), F, sum_F.data());
  for (std::size_t f = F / features_at_once * features_at_once; f < F; ++f) {
    float sum = 0;
    for (std::size_t m = 0; m < weights_M.size(); ++m) sum += weights_M[m] * features_MF[m * F + f];
    sum_F[f] += static_cast<double>(sum);
  }
}

}  // namespace at2
