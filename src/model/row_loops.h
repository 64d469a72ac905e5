/// \file model/row_loops.h
/// \brief Plain float loops over rows, compiled for several instruction sets and with relaxed arithmetic.
///
/// The one file of the project that is built with -ffast-math (vectorised exp needs it). No LibTorch in here.
#pragma once

#include <cstdint>

namespace at2::row_loops {

/// `out` may be `x`.
void rms_norm(const float* x, const float* weight, float* out, std::int64_t width, float epsilon);
/// residual += update; out = rms_norm(residual)
void add_rms_norm(float* residual, const float* update, const float* weight, float* out, std::int64_t width,
                  float epsilon);
/// Turns the pairs (j, j + half) of every head.
void rotate(float* row, std::int64_t num_heads, std::int64_t head_width, const float* cos, const float* sin,
            std::int64_t half);
void gated_silu(const float* gate_up, float* out, std::int64_t width);
void gated_gelu_tanh(const float* gate_up, float* out, std::int64_t width);
/// sum_v exp(x_v - shift) without v = excluded
[[nodiscard]] double sum_exp_without(const float* x, std::int64_t size, std::int64_t excluded, float shift);
/// The lowest float where size is 0.
[[nodiscard]] float largest(const float* x, std::int64_t size);

/// x_j = exp(scale (x_j - max x)) for all j. \return their sum \pre size > 0, scale > 0
[[nodiscard]] float exp_in_place(float* x, std::int64_t size, float scale);
/// x_j *= factor
void scale(float* x, std::int64_t size, float factor);
/// sum_j += factor x_j
void add_scaled(const float* x, std::int64_t size, float factor, float* sum);
/// sum_j += factor x_j y_j
void add_scaled_product(const float* x, const float* y, std::int64_t size, float factor, float* sum);

}  // namespace at2::row_loops
