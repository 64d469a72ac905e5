/// \file checkpoint/safetensors_writer.h
/// \brief Writes a .safetensors file tensor by tensor, so that only one of them is in memory.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "base/atomic_file.h"
#include "checkpoint/tensor_table.h"

namespace at2 {

/// A tensor that is going to be written. Only plain types, which the format has.
struct TensorDescription {
  std::string name;
  TensorType type = TensorType::f32;
  std::vector<std::int64_t> shape;
};

/// The file is there when it is committed, whole, or not at all.
class SafetensorsWriter {
 public:
  /// Tensors lie in the file in the order given, the first at a multiple of 64 bytes.
  /// \throws UserError with the system's words if the file cannot be written, as all members do.
  SafetensorsWriter(const std::filesystem::path& path, std::span<const TensorDescription> tensors);
  /// The bytes of the next tensor. \pre their number fits its description
  void append(std::span<const std::byte> bytes);
  /// \pre all tensors have been appended
  void commit();

 private:
  AtomicFile file_;
  std::vector<std::int64_t> sizes_;
  std::size_t next_ = 0;
};

}  // namespace at2
