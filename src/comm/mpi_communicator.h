/// \file comm/mpi_communicator.h
/// \brief The MPI back-end. Included by comm/ only, since it brings <mpi.h>.
#pragma once

#include <mpi.h>

#include "comm/communicator.h"

namespace at2 {

/// All ranks of MPI_COMM_WORLD on a communicator of their own, so that nobody else's messages mix with ours.
/// MPI's default error handler stays in place: a fault inside MPI prints its reason and ends all ranks.
class MpiCommunicator final : public Communicator {
 public:
  /// \pre MPI was started. \collective
  MpiCommunicator();
  /// \collective (except during an exception, when it leaves MPI's memory to the end of the program)
  ~MpiCommunicator() override;

  void barrier() override;
  void broadcast(Buffer values, int root) override;
  void all_reduce(Buffer values, Reduction reduction) override;
  void all_gather(Buffer mine, Buffer all) override;

  [[nodiscard]] MPI_Comm handle() const noexcept { return handle_; }

 private:
  int exceptions_before_;
  MPI_Comm handle_ = MPI_COMM_NULL;
};

/// Waits for `request`, sleeping between looks: MPI_Wait would burn a core.
void wait_asleep(MPI_Request& request);

/// A barrier whose waiting ranks sleep. \collective
void barrier_asleep(MPI_Comm communicator);

}  // namespace at2
