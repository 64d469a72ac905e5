#include "random_features.h"

#include <ATen/Parallel.h>

namespace at2::benchmarks {
namespace {

/// Number `index` of the stream, uniform in [-1/2, 1/2): the finalizer of SplitMix64. peer/training.py has the same.
float random_number(std::int64_t index) {
  std::uint64_t bits = (static_cast<std::uint64_t>(index) + 1) * 0x9E3779B97F4A7C15U;
  bits = (bits ^ (bits >> 30U)) * 0xBF58476D1CE4E5B9U;
  bits = (bits ^ (bits >> 27U)) * 0x94D049BB133111EBU;
  bits ^= bits >> 31U;
  return static_cast<float>(bits >> 40U) * 0x1p-24F - 0.5F;
}

}  // namespace

at::Tensor random_tensor(at::IntArrayRef sizes, std::int64_t first, float scale) {
  at::Tensor tensor = at::empty(sizes);
  auto* values = tensor.mutable_data_ptr<float>();
  at::parallel_for(0, tensor.numel(), 1 << 16, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) values[i] = scale * random_number(first + i);
  });
  return tensor.to(at::kHalf);
}

}  // namespace at2::benchmarks
