/// \file app/peak_memory.h
/// \brief How much memory a piece of work takes at most, beyond what is held when it starts.
#pragma once

#include <ATen/ATen.h>

#include <cstdint>
#include <optional>
#include <string>

namespace at2 {

/// Counts from its making: on a GPU what LibTorch's allocator hands out, else the resident memory of this process.
class PeakMemory {
 public:
  /// Returns freed memory to the system first, so that what earlier work left does not hide what follows.
  explicit PeakMemory(const at::Device& device);
  /// Bytes at the highest point so far less those at the start; nothing where the system does not say.
  [[nodiscard]] std::optional<double> bytes() const;

 private:
  at::Device device_;
  std::optional<double> start_;
};

/// Largest resident memory of this process, mapped files included, since its start or reset_peak_memory(); 0 where the
/// system does not say.
[[nodiscard]] std::int64_t peak_resident_bytes();

/// Largest memory that LibTorch's allocator gave out on a device ("cuda:0") since then; 0 on a CPU.
[[nodiscard]] std::int64_t peak_device_bytes(const std::string& device);

/// Both count anew, from what is held now.
void reset_peak_memory(const std::string& device);

}  // namespace at2
