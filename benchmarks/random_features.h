/// \file random_features.h
/// \brief Random features that both sides of a comparison make from one formula.
#pragma once

#include <ATen/ATen.h>

#include <cstdint>

namespace at2::benchmarks {

/// Index of the first logit-prob in the stream of random numbers.
inline constexpr std::int64_t first_logit_prob = std::int64_t{1} << 40;
inline constexpr float logit_prob_scale = 8.0F;

/// Numbers of the stream from `first` on times `scale`, in float16. peer/training.py has the same.
[[nodiscard]] at::Tensor random_tensor(at::IntArrayRef sizes, std::int64_t first, float scale);

}  // namespace at2::benchmarks
