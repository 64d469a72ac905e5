#include "model/row_loops.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/clones.h"

namespace at2::row_loops {
namespace {

constexpr std::int64_t exp_block = 512;

}  // namespace

AT2_CLONES void rms_norm(const float* x, const float* weight, float* out, std::int64_t width, float epsilon) {
  float sum = 0;
  for (std::int64_t i = 0; i < width; ++i) sum += x[i] * x[i];
  const float scale = 1.0F / std::sqrt(sum / static_cast<float>(width) + epsilon);
  for (std::int64_t i = 0; i < width; ++i) out[i] = x[i] * scale * weight[i];
}

AT2_CLONES void add_rms_norm(float* residual, const float* update, const float* weight, float* out, std::int64_t width,
                             float epsilon) {
  float sum = 0;
  for (std::int64_t i = 0; i < width; ++i) {
    const float value = residual[i] + update[i];
    residual[i] = value;
    sum += value * value;
  }
  const float scale = 1.0F / std::sqrt(sum / static_cast<float>(width) + epsilon);
  for (std::int64_t i = 0; i < width; ++i) out[i] = residual[i] * scale * weight[i];
}

AT2_CLONES void rotate(float* row, std::int64_t num_heads, std::int64_t head_width, const float* cos, const float* sin,
                       std::int64_t half) {
  for (std::int64_t h = 0; h < num_heads; ++h) {
    float* head = row + h * head_width;
    for (std::int64_t j = 0; j < half; ++j) {
      const float a = head[j];
      const float b = head[j + half];
      head[j] = a * cos[j] - b * sin[j];
      head[j + half] = b * cos[j] + a * sin[j];
    }
  }
}

AT2_CLONES void gated_silu(const float* gate_up, float* out, std::int64_t width) {
  const float* up = gate_up + width;
  for (std::int64_t i = 0; i < width; ++i) out[i] = gate_up[i] / (1.0F + std::exp(-gate_up[i])) * up[i];
}

AT2_CLONES void gated_gelu_tanh(const float* gate_up, float* out, std::int64_t width) {
  // gelu(x) = x / 2 (1 + tanh(u)) = x / (1 + exp(-2 u)), u = sqrt(2 / pi) (x + 0.044715 x^3)
  constexpr float twice_root = 1.5957691216057308F;
  const float* up = gate_up + width;
  for (std::int64_t i = 0; i < width; ++i) {
    const float x = gate_up[i];
    const float twice_u = twice_root * (x + 0.044715F * x * x * x);
    out[i] = x / (1.0F + std::exp(-twice_u)) * up[i];
  }
}

AT2_CLONES double sum_exp_without(const float* x, std::int64_t size, std::int64_t excluded, float shift) {
  double total = 0;
  for (std::int64_t first = 0; first < size; first += exp_block) {
    const std::int64_t last = std::min(first + exp_block, size);
    float sum = 0;
    if (excluded >= first && excluded < last) {
      for (std::int64_t i = first; i < excluded; ++i) sum += std::exp(x[i] - shift);
      for (std::int64_t i = excluded + 1; i < last; ++i) sum += std::exp(x[i] - shift);
    } else {
      for (std::int64_t i = first; i < last; ++i) sum += std::exp(x[i] - shift);
    }
    total += static_cast<double>(sum);
  }
  return total;
}

AT2_CLONES float largest(const float* x, std::int64_t size) {
  float best = std::numeric_limits<float>::lowest();
  for (std::int64_t i = 0; i < size; ++i) best = x[i] > best ? x[i] : best;
  return best;
}

AT2_CLONES float exp_in_place(float* x, std::int64_t size, float scale) {
  float best = x[0];
  for (std::int64_t i = 1; i < size; ++i) best = x[i] > best ? x[i] : best;
  double total = 0;
  for (std::int64_t first = 0; first < size; first += exp_block) {
    const std::int64_t last = std::min(first + exp_block, size);
    float sum = 0;
    for (std::int64_t i = first; i < last; ++i) {
      x[i] = std::exp(scale * (x[i] - best));
      sum += x[i];
    }
    total += static_cast<double>(sum);
  }
  return static_cast<float>(total);
}

AT2_CLONES void scale(float* x, std::int64_t size, float factor) {
  for (std::int64_t i = 0; i < size; ++i) x[i] *= factor;
}

AT2_CLONES void add_scaled(const float* x, std::int64_t size, float factor, float* sum) {
  for (std::int64_t i = 0; i < size; ++i) sum[i] += factor * x[i];
}

AT2_CLONES void add_scaled_product(const float* x, const float* y, std::int64_t size, float factor, float* sum) {
  for (std::int64_t i = 0; i < size; ++i) sum[i] += factor * x[i] * y[i];
}

}  // namespace at2::row_loops
