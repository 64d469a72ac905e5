/// \file support/random_matrix.h
/// \brief Matrices of random numbers that are the same everywhere.
#pragma once

#include <ATen/ATen.h>

#include <cstdint>

#include "base/random.h"

namespace at2::testing {

/// Numbers between -0.5 and 0.5, float32.
inline at::Tensor random_matrix(std::int64_t rows, std::int64_t columns, std::uint64_t seed) {
  RandomStream stream(seed, "test matrix");
  at::Tensor matrix = at::empty({rows, columns});
  auto* to = matrix.mutable_data_ptr<float>();
  for (std::int64_t i = 0; i < matrix.numel(); ++i) to[i] = static_cast<float>(stream.uniform() - 0.5);
  return matrix;
}

}  // namespace at2::testing
