/// \file comm/environment.h
/// \brief Starts and ends the parallel environment of the program.
#pragma once

#include <memory>
#include <string>

#include "comm/communicator.h"

namespace at2 {

/// True if mpirun or srun (with PMIx) started this process.
[[nodiscard]] bool launched_by_mpi();

/// Name and version of the MPI library: "Open MPI v4.1.4". May be asked before MPI is started.
[[nodiscard]] std::string mpi_library();

/// The ranks of this program, for as long as it lives. Created once, in main.
///
/// Under mpirun or srun it starts MPI with MPI_THREAD_MULTIPLE; otherwise MPI is not touched and there is one rank.
/// If it is destroyed by an exception it ends all ranks, since the others may wait for this one for ever.
class Environment {
 public:
  /// \throws UserError if MPI gives no MPI_THREAD_MULTIPLE, or if srun started several tasks without PMIx. \collective
  Environment(int* argc, char*** argv);
  /// \collective (except during an exception)
  ~Environment();
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

  [[nodiscard]] Communicator& communicator() noexcept { return *communicator_; }
  /// Number of this rank among those of its machine, from 0; chooses the GPU.
  [[nodiscard]] int local_rank() const noexcept { return local_rank_; }
  /// How many ranks share this machine.
  [[nodiscard]] int local_size() const noexcept { return local_size_; }
  /// Name of this machine.
  [[nodiscard]] const std::string& host() const noexcept { return host_; }

  /// Ends all ranks at once with exit status `code`. For errors that other ranks do not know of.
  /// \pre code != 0
  [[noreturn]] void abort(int code) const;

 private:
  bool owns_mpi_ = false;
  int exceptions_before_;
  int local_rank_ = 0;
  int local_size_ = 1;
  std::string host_;
  std::unique_ptr<Communicator> communicator_;
};

}  // namespace at2
