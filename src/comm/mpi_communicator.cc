#include "comm/mpi_communicator.h"

#include <algorithm>
#include <chrono>
#include <exception>
#include <limits>
#include <thread>

#include "base/errors.h"

namespace at2 {
namespace {

// MPI 3 counts in int: larger buffers go in pieces.
constexpr std::size_t kMaxCount = static_cast<std::size_t>(std::numeric_limits<int>::max());

MPI_Datatype mpi_type(Scalar type) {
  switch (type) {
    case Scalar::u8:
      return MPI_UINT8_T;
    case Scalar::i64:
      return MPI_INT64_T;
    case Scalar::f32:
      return MPI_FLOAT;
    case Scalar::f64:
      return MPI_DOUBLE;
  }
  contract_violation("Scalar", __FILE__, __LINE__, "unknown scalar type");
}

MPI_Op mpi_op(Reduction reduction) {
  switch (reduction) {
    case Reduction::sum:
      return MPI_SUM;
    case Reduction::min:
      return MPI_MIN;
    case Reduction::max:
      return MPI_MAX;
  }
  contract_violation("Reduction", __FILE__, __LINE__, "unknown reduction");
}

/// Calls `use(address, count)` for pieces of `values` that MPI can count.
template <class Use>
void for_each_piece(const Buffer& values, Use use) {
  AT2_EXPECT(values.place == Place::host, "MPI is used on host memory");
  auto* const bytes = static_cast<std::byte*>(values.address);
  for (std::size_t begin = 0; begin < values.count; begin += kMaxCount) {
    use(bytes + begin * scalar_bytes(values.type), static_cast<int>(std::min(kMaxCount, values.count - begin)));
  }
}

int world_number(int (*ask)(MPI_Comm, int*)) {
  int number = 0;
  ask(MPI_COMM_WORLD, &number);
  return number;
}

}  // namespace

MpiCommunicator::MpiCommunicator()
    : Communicator(world_number(&MPI_Comm_rank), world_number(&MPI_Comm_size)),
      exceptions_before_(std::uncaught_exceptions()) {
  MPI_Comm_dup(MPI_COMM_WORLD, &handle_);
}

MpiCommunicator::~MpiCommunicator() {
  if (std::uncaught_exceptions() == exceptions_before_) MPI_Comm_free(&handle_);
}

void MpiCommunicator::barrier() { barrier_asleep(handle_); }

void MpiCommunicator::broadcast(Buffer values, int root) {
  AT2_EXPECT(root >= 0 && root < size(), "root must be a rank");
  for_each_piece(values,
                 [&](void* address, int count) { MPI_Bcast(address, count, mpi_type(values.type), root, handle_); });
}

void MpiCommunicator::all_reduce(Buffer values, Reduction reduction) {
  for_each_piece(values, [&](void* address, int count) {
    MPI_Allreduce(MPI_IN_PLACE, address, count, mpi_type(values.type), mpi_op(reduction), handle_);
  });
}

void MpiCommunicator::all_gather(Buffer mine, Buffer all) {
  AT2_EXPECT(mine.place == Place::host && all.place == Place::host, "MPI is used on host memory");
  AT2_EXPECT(all.count == mine.count * static_cast<std::size_t>(size()) && all.type == mine.type,
             "room for one part per rank is needed");
  AT2_EXPECT(mine.count <= kMaxCount, "MPI gathers at most 2^31 - 1 elements per rank");
  const int count = static_cast<int>(mine.count);
  MPI_Allgather(mine.address, count, mpi_type(mine.type), all.address, count, mpi_type(all.type), handle_);
}

std::unique_ptr<Communicator> make_mpi_communicator() { return std::make_unique<MpiCommunicator>(); }

void wait_asleep(MPI_Request& request) {
  int done = 0;
  for (;;) {
    MPI_Test(&request, &done, MPI_STATUS_IGNORE);
    if (done != 0) return;
    std::this_thread::sleep_for(std::chrono::microseconds(200));
  }
}

void barrier_asleep(MPI_Comm communicator) {
  MPI_Request request = MPI_REQUEST_NULL;
  MPI_Ibarrier(communicator, &request);
  wait_asleep(request);
}

}  // namespace at2
