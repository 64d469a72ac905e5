/// \file app/training_communicator.h
/// \brief Which communicator sums gradients: comm.backend.
#pragma once

#include <memory>

#include "app/inputs.h"
#include "app/session.h"

namespace at2 {

/// \throws AgreedError on all ranks if comm.backend is nccl and it cannot be used, naming the rank and why. \collective
void check_comm_backend(const Session& session, const Inputs& inputs);

/// Connects the GPUs of all ranks by NCCL and tries them, where comm.backend is nccl, or auto and it can be done;
/// nothing where MPI is to sum. Must not outlive the session. \collective \throws AgreedError on all ranks if
/// comm.backend is nccl and connecting or the trial fails
[[nodiscard]] std::unique_ptr<Communicator> connect_gpus(const Session& session, const Inputs& inputs);

}  // namespace at2
