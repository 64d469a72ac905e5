#include "comm/work_queue.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include "base/errors.h"
#include "base/timer.h"
#include "comm/mpi_communicator.h"

namespace at2 {
namespace {

/// The chunks not yet handed out, longest first.
class Backlog {
 public:
  explicit Backlog(std::span<const Work> missing) : works_(missing.begin(), missing.end()) {
    std::sort(works_.begin(), works_.end(),
              [](const Work& a, const Work& b) { return a.cost != b.cost ? a.cost > b.cost : a.chunk < b.chunk; });
  }

  std::optional<std::int64_t> take() {
    const std::lock_guard lock(mutex_);
    if (taken_ == works_.size()) return std::nullopt;
    return works_[taken_++].chunk;
  }

 private:
  std::mutex mutex_;
  std::vector<Work> works_;
  std::size_t taken_ = 0;
};

class LocalWorkQueue final : public WorkQueue {
 public:
  explicit LocalWorkQueue(std::span<const Work> missing) : backlog_(missing) {}
  std::optional<std::int64_t> next() override { return backlog_.take(); }
  void finish() override {}
  [[nodiscard]] double seconds_waited() const override { return 0; }

 private:
  Backlog backlog_;
};

constexpr int kAsk = 1;
constexpr int kAnswer = 2;
constexpr int kLeave = 3;
constexpr std::int64_t kNothingLeft = -1;

/// Rank 0 takes from the backlog directly; other ranks send kAsk to its service thread and get a kAnswer.
/// A rank has left once it was told kNothingLeft or sent kLeave; the service ends when all have.
class SharedWorkQueue final : public WorkQueue {
 public:
  SharedWorkQueue(const MpiCommunicator& communicator, std::span<const Work> missing)
      : rank_(communicator.rank()),
        size_(communicator.size()),
        exceptions_before_(std::uncaught_exceptions()),
        backlog_(missing) {
    MPI_Comm_dup(communicator.handle(), &handle_);
    if (rank_ == 0) service_ = std::thread([this] { serve(); });
  }

  ~SharedWorkQueue() override {
    if (std::uncaught_exceptions() == exceptions_before_) {
      finish();
      return;
    }
    stop_ = true;
    if (service_.joinable()) service_.join();
  }

  std::optional<std::int64_t> next() override {
    AT2_EXPECT(handle_ != MPI_COMM_NULL, "the queue is finished");
    if (rank_ == 0) return backlog_.take();
    if (left_) return std::nullopt;
    const Timer timer;
    MPI_Send(nullptr, 0, MPI_BYTE, 0, kAsk, handle_);
    std::int64_t chunk = kNothingLeft;
    MPI_Request answer = MPI_REQUEST_NULL;
    MPI_Irecv(&chunk, 1, MPI_INT64_T, 0, kAnswer, handle_, &answer);
    wait_asleep(answer);
    seconds_waited_ += timer.seconds();
    if (chunk != kNothingLeft) return chunk;
    left_ = true;
    return std::nullopt;
  }

  void finish() override {
    if (handle_ == MPI_COMM_NULL) return;
    const Timer timer;
    if (rank_ != 0 && !left_) MPI_Send(nullptr, 0, MPI_BYTE, 0, kLeave, handle_);
    barrier_asleep(handle_);
    if (service_.joinable()) service_.join();
    MPI_Comm_free(&handle_);
    seconds_waited_ += timer.seconds();
  }

  [[nodiscard]] double seconds_waited() const override { return seconds_waited_; }

 private:
  void serve() {
    int ranks_here = size_ - 1;
    while (ranks_here > 0 && !stop_) {
      int waiting = 0;
      MPI_Status status;
      MPI_Iprobe(MPI_ANY_SOURCE, MPI_ANY_TAG, handle_, &waiting, &status);
      if (waiting == 0) {
        std::this_thread::sleep_for(std::chrono::microseconds(200));
        continue;
      }
      MPI_Recv(nullptr, 0, MPI_BYTE, status.MPI_SOURCE, status.MPI_TAG, handle_, MPI_STATUS_IGNORE);
      if (status.MPI_TAG == kLeave) {
        --ranks_here;
        continue;
      }
      const std::int64_t chunk = backlog_.take().value_or(kNothingLeft);
      if (chunk == kNothingLeft) --ranks_here;
      MPI_Send(&chunk, 1, MPI_INT64_T, status.MPI_SOURCE, kAnswer, handle_);
    }
  }

  int rank_;
  int size_;
  int exceptions_before_;
  Backlog backlog_;
  MPI_Comm handle_ = MPI_COMM_NULL;
  bool left_ = false;
  double seconds_waited_ = 0;
  std::atomic<bool> stop_ = false;
  std::thread service_;
};

}  // namespace

std::unique_ptr<WorkQueue> make_work_queue(Communicator& communicator, std::span<const Work> missing) {
  for (const Work& work : missing) AT2_EXPECT(work.chunk >= 0, "chunks are numbered from 0");
  if (communicator.size() == 1) return std::make_unique<LocalWorkQueue>(missing);
  const auto* mpi = dynamic_cast<const MpiCommunicator*>(&communicator);
  AT2_EXPECT(mpi != nullptr, "several ranks talk through MPI");
  return std::make_unique<SharedWorkQueue>(*mpi, missing);
}

}  // namespace at2
