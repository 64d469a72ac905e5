#include "app/training_communicator.h"

#include <cstring>
#include <fstream>
#include <vector>

#include "base/errors.h"
#include "base/random.h"
#include "comm/agree.h"
#include "comm/nccl_communicator.h"
#include "model/device_stream.h"
#include "train/batch_gradient.h"
#include "train/staged_sums.h"

namespace at2 {
namespace {

constexpr const char* use_mpi = "use comm.backend=mpi, which gives the same sums";

/// The number of this start of this machine: hosts may bear the same name.
std::string machine_id(const Session& session) {
  std::string id;
  std::ifstream("/proc/sys/kernel/random/boot_id") >> id;
  return id.empty() ? session.environment.host() : id;
}

/// Why NCCL cannot be used, or "". \collective
std::string obstacle_of(const Session& session, const Inputs& inputs) {
  const ComputePlace& place = inputs.place;
  std::string obstacle;
  std::string gpu;
  if (!place.device.is_cuda()) {
    obstacle = place.reason;
  } else {
    obstacle = nccl_library_obstacle();
    try {
      gpu = gpu_address(place.device) + " " + machine_id(session);
    } catch (const UserError& error) {
      if (obstacle.empty()) obstacle = error.what();
    }
  }
  return first_obstacle(session.communicator(), session.environment.host(), obstacle, gpu);
}

/// Sums rows as batch_gradient() does, over MPI and over the GPUs: a faulty GPU or network is found before training.
/// Nothing between ranks comes after NCCL, so that one that fails can leave. \collective
/// \throws UserError if the bits differ
void try_sum(Communicator& gpus, Communicator& ranks) {
  constexpr std::size_t width = 257;
  std::vector<double> rows(static_cast<std::size_t>(kBatchBlocks) * width);
  RandomStream random(1, "trial of NCCL", {static_cast<std::uint64_t>(ranks.rank())});
  for (std::size_t row = 0; row < static_cast<std::size_t>(kBatchBlocks); ++row) {
    if (row % static_cast<std::size_t>(ranks.size()) != static_cast<std::size_t>(ranks.rank())) continue;
    for (std::size_t i = 0; i < width; ++i) rows[row * width + i] = random.uniform() - 0.5;
  }
  std::vector<double> wanted = rows;
  ranks.all_reduce(buffer_of(std::span(wanted)), Reduction::sum);
  gpus.all_reduce(buffer_of(std::span(rows)), Reduction::sum);
  if (std::memcmp(rows.data(), wanted.data(), rows.size() * sizeof(double)) == 0) return;
  throw UserError("NCCL's sum of a trial is wrong on rank " + std::to_string(ranks.rank()),
                  "it differs from that of MPI", use_mpi);
}

std::unique_ptr<Communicator> connect(const Session& session, const Inputs& inputs) {
  Communicator& ranks = session.communicator();
  auto nccl = std::make_unique<NcclCommunicator>(ranks, current_stream(inputs.place.device),
                                                 NcclOptions{.host = session.environment.host()});
  const std::string version = nccl->version();
  auto gpus = std::make_unique<StagedSums>(std::move(nccl), inputs.place.device);
  agreed(ranks, [&] { try_sum(*gpus, ranks); });
  session.log.say("train: gradients are summed on " + std::to_string(ranks.size()) + " GPU(s) by NCCL " + version);
  return gpus;
}

}  // namespace

void check_comm_backend(const Session& session, const Inputs& inputs) {
  if (session.options.comm.backend != CommBackend::nccl) return;
  const std::string obstacle = obstacle_of(session, inputs);
  if (obstacle.empty()) return;
  const UserError error("comm.backend: nccl cannot be used", obstacle,
                        std::string("it needs a GPU for each rank, with model.device=cuda; else ") + use_mpi);
  throw AgreedError(error.what(), 0);
}

std::unique_ptr<Communicator> connect_gpus(const Session& session, const Inputs& inputs) {
  const CommBackend backend = session.options.comm.backend;
  if (backend == CommBackend::mpi) return nullptr;
  if (backend == CommBackend::nccl) {
    check_comm_backend(session, inputs);
    return connect(session, inputs);
  }
  if (session.communicator().size() == 1) return nullptr;
  const std::string obstacle = obstacle_of(session, inputs);
  if (!obstacle.empty()) {
    if (inputs.place.device.is_cuda()) session.log.say("train: gradients are summed by MPI (" + obstacle + ")");
    return nullptr;
  }
  try {
    return connect(session, inputs);
  } catch (const AgreedError& error) {
    // All ranks are here.
    if (session.communicator().rank() == 0) session.log.warn(std::string(error.what()) + "; MPI sums the gradients");
    return nullptr;
  }
}

}  // namespace at2
