/// \file support/golden_tensors.h
/// \brief Golden arrays from safetensors files, as tensors.
#pragma once

#include <ATen/ATen.h>

#include <cstring>
#include <filesystem>
#include <map>
#include <stdexcept>
#include <string>

#include "checkpoint/safetensors.h"

namespace at2::testing {

/// All arrays of a safetensors file, copied.
inline std::map<std::string, at::Tensor> load_golden(const std::filesystem::path& path) {
  const SafetensorsFile file(path);
  std::map<std::string, at::Tensor> arrays;
  for (const TensorEntry& entry : file.tensors()) {
    at::ScalarType type = at::kFloat;
    switch (entry.type) {
      case TensorType::f32:
        type = at::kFloat;
        break;
      case TensorType::f64:
        type = at::kDouble;
        break;
      case TensorType::i32:
        type = at::kInt;
        break;
      case TensorType::i64:
        type = at::kLong;
        break;
      case TensorType::u8:
        type = at::kByte;
        break;
      default:
        throw std::runtime_error("golden array of another type: " + entry.name);
    }
    at::Tensor array = at::empty(entry.shape, type);
    std::memcpy(array.mutable_data_ptr(), entry.bytes.data(), entry.bytes.size());
    arrays.emplace(entry.name, array);
  }
  return arrays;
}

/// Largest absolute difference; infinity for other shapes.
inline double largest_difference(const at::Tensor& a, const at::Tensor& b) {
  if (a.sizes() != b.sizes()) return std::numeric_limits<double>::infinity();
  if (a.numel() == 0) return 0;
  return (a.to(at::kDouble) - b.to(at::kDouble)).abs().max().item<double>();
}

/// Numbers of an integer tensor.
inline std::vector<std::int64_t> integers(const at::Tensor& tensor) {
  const at::Tensor wide = tensor.to(at::kLong).contiguous();
  return {wide.const_data_ptr<std::int64_t>(), wide.const_data_ptr<std::int64_t>() + wide.numel()};
}

}  // namespace at2::testing
