/// \file comm/nccl_library.h
/// \brief NCCL as LibTorch brings it, found at run time: the program is built and runs without.
///
/// Reference: NCCL user guide, "Creating a communicator with options" and "Fault tolerance"; nccl.h of 2.14 to 2.28.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

namespace at2 {

// Declarations of our own for what we use of nccl.h; NCCL 2 keeps them as they are.
namespace nccl {

enum class Result : int {
  success = 0,
  unhandled_cuda_error = 1,
  system_error = 2,
  internal_error = 3,
  invalid_argument = 4,
  invalid_usage = 5,
  /// Another rank failed.
  remote_error = 6,
  /// Of a communicator that does not block: ask again.
  in_progress = 7
};
enum class DataType : int { uint8 = 1, int64 = 4, float32 = 7, float64 = 8 };
enum class Operation : int { sum = 0, max = 2, min = 3 };

struct UniqueId {
  char bytes[128];
};

/// The options as of NCCL 2.14: a later NCCL sees from `size` and `version` that the rest is missing, and chooses it.
struct Config {
  std::size_t size = sizeof(Config);
  unsigned int magic = 0xcafebeef;
  unsigned int version = 21400;
  int blocking = 0;
};

using Comm = void*;
using Stream = void*;

}  // namespace nccl

/// The libnccl.so.2 that is in this process already, since LibTorch's CUDA library needs it. It is never loaded from
/// elsewhere: two copies of NCCL in a process disturb each other.
class NcclLibrary {
 public:
  /// \throws UserError if none is loaded, it is too old or of another major version, or it lacks a function; the text
  /// says what was found, not what to do
  NcclLibrary();

  nccl::Result (*get_unique_id)(nccl::UniqueId*) = nullptr;
  nccl::Result (*comm_init_rank_config)(nccl::Comm*, int ranks, nccl::UniqueId, int rank, nccl::Config*) = nullptr;
  nccl::Result (*comm_get_async_error)(nccl::Comm, nccl::Result*) = nullptr;
  nccl::Result (*comm_finalize)(nccl::Comm) = nullptr;
  nccl::Result (*comm_destroy)(nccl::Comm) = nullptr;
  nccl::Result (*comm_abort)(nccl::Comm) = nullptr;
  nccl::Result (*all_reduce)(const void* from, void* to, std::size_t count, nccl::DataType, nccl::Operation, nccl::Comm,
                             nccl::Stream) = nullptr;
  const char* (*get_error_string)(nccl::Result) = nullptr;
  const char* (*get_last_error)(nccl::Comm) = nullptr;

  /// As "2.28.9".
  [[nodiscard]] const std::string& version() const noexcept { return version_; }

 private:
  template <class Function>
  void find(Function*& function, const char* name);
  void read_version();

  std::unique_ptr<void, int (*)(void*)> handle_;
  std::string path_;
  std::string version_;
};

/// Why NcclLibrary cannot be made, or "".
[[nodiscard]] std::string nccl_library_obstacle();

}  // namespace at2
