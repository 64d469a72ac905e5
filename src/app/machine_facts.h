/// \file app/machine_facts.h
/// \brief What the system says about this machine and the limits of this process.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace at2 {

/// Limits of the shell (ulimit); nothing = unlimited.
struct ProcessLimits {
  std::optional<std::int64_t> open_files;
  std::optional<std::int64_t> file_bytes;
  std::optional<std::int64_t> address_space_bytes;
};

struct MachineFacts {
  std::string host;
  /// Cores that this process may use.
  int cores = 1;
  /// Of those that LibTorch has kernels for: "AVX2", "FMA", "AVX-512".
  std::vector<std::string> instructions;
  /// Bytes that processes can still take, control groups heeded; 0 where the system does not say.
  std::int64_t free_memory = 0;
  /// Of /dev/shm, through which the ranks of a machine talk; nothing where there is none.
  std::optional<std::int64_t> shared_memory_bytes;
  ProcessLimits limits;
  /// Path of mpirun, else of mpiexec or srun; empty where none is found.
  std::string launcher;
};

/// Of this machine, now.
[[nodiscard]] MachineFacts machine_facts();

/// Bytes that a user can still write into the file system of `folder`, or of the nearest folder above it that is there;
/// nothing where the system does not say.
[[nodiscard]] std::optional<std::int64_t> free_disk(const std::filesystem::path& folder);

/// Whether files can be made in `folder`, or it itself in the nearest folder above it that is there.
[[nodiscard]] bool can_be_written(const std::filesystem::path& folder);

}  // namespace at2
