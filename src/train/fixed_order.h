/// \file train/fixed_order.h
/// \brief Sums whose bits do not depend on the number of threads or rows. BLAS does not promise that.
#pragma once

#include <array>
#include <cstddef>
#include <span>

namespace at2 {

/// sum_f features[f] * theta[f] in float64: eight partial sums, added in order. \pre equal sizes
template <class Scalar>
[[nodiscard]] double fixed_order_dot(std::span<const Scalar> features_F, std::span<const double> theta_F) {
  std::array<double, 8> partial{};
  const std::size_t whole = features_F.size() / partial.size() * partial.size();
  for (std::size_t f = 0; f < whole; f += partial.size()) {
    for (std::size_t k = 0; k < partial.size(); ++k) {
      partial[k] += static_cast<double>(features_F[f + k]) * theta_F[f + k];
    }
  }
  double sum = 0;
  for (const double part : partial) sum += part;
  for (std::size_t f = whole; f < features_F.size(); ++f) sum += static_cast<double>(features_F[f]) * theta_F[f];
  return sum;
}

}  // namespace at2
