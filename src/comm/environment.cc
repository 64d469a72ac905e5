#include "comm/environment.h"

#include <mpi.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <exception>

#include "base/errors.h"

namespace at2 {
namespace {

std::string machine_name() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0) return "unknown";
  return name.data();
}

/// srun without PMIx starts processes that know nothing of each other: each would do the whole work.
void refuse_lonely_tasks() {
  const char* tasks = std::getenv("SLURM_STEP_NUM_TASKS");
  if (tasks == nullptr || std::atoi(tasks) <= 1) return;
  throw UserError(std::string("srun started ") + tasks + " tasks that MPI cannot connect", "there is no PMIx",
                  "use srun --mpi=pmix, or mpirun");
}

/// Starts MPI unless somebody (a test) did. \return whether it must be ended by us
bool start_mpi(int* argc, char*** argv) {
  int running = 0;
  MPI_Initialized(&running);
  int provided = 0;
  if (running != 0) {
    MPI_Query_thread(&provided);
  } else {
    MPI_Init_thread(argc, argv, MPI_THREAD_MULTIPLE, &provided);
  }
  if (provided < MPI_THREAD_MULTIPLE) {
    throw UserError("MPI cannot be used from several threads", "it gives no MPI_THREAD_MULTIPLE",
                    "use an OpenMPI that was built with it (Debian's is)");
  }
  return running == 0;
}

}  // namespace

std::string mpi_library() {
  std::array<char, MPI_MAX_LIBRARY_VERSION_STRING> text{};
  int size = 0;
  MPI_Get_library_version(text.data(), &size);
  const std::string whole(text.data(), static_cast<std::size_t>(size));
  // What follows is who packed it, and when.
  return whole.substr(0, whole.find_first_of(",\n"));
}

bool launched_by_mpi() { return std::getenv("OMPI_COMM_WORLD_SIZE") != nullptr || std::getenv("PMIX_RANK") != nullptr; }

Environment::Environment(int* argc, char*** argv)
    : exceptions_before_(std::uncaught_exceptions()), host_(machine_name()) {
  if (!launched_by_mpi()) {
    refuse_lonely_tasks();
    communicator_ = make_self_communicator();
    return;
  }
  owns_mpi_ = start_mpi(argc, argv);
  communicator_ = make_mpi_communicator();
  MPI_Comm node = MPI_COMM_NULL;
  MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, communicator_->rank(), MPI_INFO_NULL, &node);
  MPI_Comm_rank(node, &local_rank_);
  MPI_Comm_size(node, &local_size_);
  MPI_Comm_free(&node);
}

Environment::~Environment() {
  if (std::uncaught_exceptions() > exceptions_before_ && communicator_->size() > 1) abort(1);
  communicator_.reset();
  if (owns_mpi_) MPI_Finalize();
}

void Environment::abort(int code) const {
  AT2_EXPECT(code != 0, "aborting is not a success");
  std::fflush(nullptr);
  if (communicator_->size() > 1) {
    // MPI_Abort may wait for a launcher that is cut off; then the alarm ends at least this rank.
    ::signal(SIGALRM, SIG_DFL);
    ::alarm(10);
    MPI_Abort(MPI_COMM_WORLD, code);
  }
  // Alone, or MPI_Abort returned: no destructors, which might wait for others.
  std::_Exit(code);
}

}  // namespace at2
