/// \file comm/nccl_communicator.h
/// \brief Sums of device memory over NCCL; everything else over the communicator that it is made on.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "comm/communicator.h"
#include "comm/device_stream.h"
#include "comm/nccl_library.h"

namespace at2 {

struct NcclOptions {
  /// Name of this machine, for messages.
  std::string host;
  /// How long a rank waits for the others, when they connect and in each all-reduce.
  std::chrono::milliseconds limit = std::chrono::minutes(5);
  /// How long a rank that only noticed another's failure waits before it throws. The one that failed ends all
  /// meanwhile: Open MPI takes more than a second to kill a program that goes on after SIGTERM.
  std::chrono::milliseconds deference = std::chrono::seconds(4);
};

/// NCCL never blocks a rank: it is asked again and again, until it is done, has failed or is late. Then it is aborted,
/// and an error names rank and machine.
///
/// Order: an all-reduce is enqueued on the stream that LibTorch's operations on the GPU run on, so it reads what those
/// before it wrote; it returns once that stream is idle, so that whoever reads the result, on any stream or on the
/// host, reads it whole.
class NcclCommunicator final : public Communicator {
 public:
  /// Connects the GPUs of all ranks of `base`, which must outlive it. \collective
  /// \pre the ranks have a GPU each (first_obstacle() is empty)
  /// \throws AgreedError on all ranks if NCCL is missing, fails or is late on one
  NcclCommunicator(Communicator& base, std::unique_ptr<DeviceStream> stream, NcclOptions options);
  /// \collective (except during an exception)
  ~NcclCommunicator() override;

  void barrier() override { base_->barrier(); }
  /// \pre host memory
  void broadcast(Buffer values, int root) override { base_->broadcast(values, root); }
  /// Device memory over NCCL, host memory over the base.
  /// \throws UserError if NCCL fails or is late. Other ranks need not know: end them all with Environment::abort
  void all_reduce(Buffer values, Reduction reduction) override;
  /// \pre host memory
  void all_gather(Buffer mine, Buffer all) override { base_->all_gather(mine, all); }

  /// NCCL's, as "2.28.9".
  [[nodiscard]] const std::string& version() const noexcept { return library_->version(); }

 private:
  void connect(const nccl::UniqueId& id);
  void enqueue_and_wait(const Buffer& values, Reduction reduction);
  void check(nccl::Result result, const std::string& doing) const;
  void wait_until(const std::function<bool()>& done, const std::string& doing) const;
  void abort_connection();
  void close_connection();

  Communicator* base_;
  std::unique_ptr<DeviceStream> stream_;
  NcclOptions options_;
  int exceptions_before_;
  // Shared with threads that end a connection and may outlive this object.
  std::shared_ptr<const NcclLibrary> library_;
  nccl::Comm connection_ = nullptr;
  long long reductions_ = 0;
};

/// Why the ranks cannot be connected by NCCL, or ""; the same text on all ranks. \collective
/// \param obstacle  why this rank cannot take part, or ""
/// \param gpu       address of its GPU in the machine, a space, and what tells the machine from all others; two ranks
/// on
///                  one GPU are an obstacle
[[nodiscard]] std::string first_obstacle(Communicator& ranks, const std::string& host, const std::string& obstacle,
                                         const std::string& gpu);

}  // namespace at2
