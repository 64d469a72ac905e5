/// \file train/feature_loops.h
/// \brief The two loops over the features of a target that a training step consists of. No LibTorch in here.
///
/// Compiled for several instruction sets with one order of summation and no fused multiply-adds, so that the bits
/// depend neither on the machine nor on how many rows there are.
#pragma once

#include <span>

namespace at2 {

/// <row m, theta> for every row of features_MF, in float64: equal to fixed_order_dot of each row, to the bit.
/// \pre features_MF holds predictions_M.size() rows of theta_F.size() numbers
void predict_rows(std::span<const float> features_MF, std::span<const double> theta_F, std::span<double> predictions_M);

/// sum_m weights[m] * row m, in float32 in the order of m (docs/decisions/0007), added to sum_F.
/// \pre features_MF holds weights_M.size() rows of sum_F.size() numbers
void add_weighted_rows(std::span<const float> features_MF, std::span<const float> weights_M, std::span<double> sum_F);

}  // namespace at2
