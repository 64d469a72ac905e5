#include "comm/work_queue.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>
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

  void close() {
    const std::lock_guard lock(mutex_);
    taken_ = works_.size();
  }

 private:
  std::mutex mutex_;
  std::vector<Work> works_;
  std::size_t taken_ = 0;
};

class LocalWorkQueue final : public WorkQueue {
 public:
  LocalWorkQueue(std::span<const Work> missing, StopWanted stop_wanted)
      : backlog_(missing), stop_wanted_(std::move(stop_wanted)) {}
  std::optional<std::int64_t> next() override {
    if (stop_wanted_ && stop_wanted_()) backlog_.close();
    return backlog_.take();
  }
  void finish() override {}
  [[nodiscard]] double seconds_waited() const override { return 0; }

 private:
  Backlog backlog_;
  StopWanted stop_wanted_;
};

constexpr int kAsk = 1;
constexpr int kAnswer = 2;
constexpr int kLeave = 3;
constexpr int kStop = 4;
constexpr std::int64_t kNothingLeft = -1;

/// Rank 0 takes from the backlog directly; other ranks send kAsk to its service thread and get a kAnswer. A watch
/// thread of every rank tells rank 0 with kStop that its rank wants to stop. The last message of a rank is kLeave; the
/// service ends when all have sent it.
class SharedWorkQueue final : public WorkQueue {
 public:
  SharedWorkQueue(const MpiCommunicator& communicator, std::span<const Work> missing, StopWanted stop_wanted)
      : rank_(communicator.rank()),
        size_(communicator.size()),
        exceptions_before_(std::uncaught_exceptions()),
        backlog_(missing),
        stop_wanted_(std::move(stop_wanted)) {
    MPI_Comm_dup(communicator.handle(), &handle_);
    if (rank_ == 0) service_ = std::thread([this] { serve(); });
    if (stop_wanted_) watch_ = std::thread([this] { watch(); });
  }

  ~SharedWorkQueue() override {
    if (std::uncaught_exceptions() == exceptions_before_) {
      finish();
      return;
    }
    broken_ = true;
    end_watch();
    if (service_.joinable()) service_.join();
  }

  std::optional<std::int64_t> next() override {
    AT2_EXPECT(handle_ != MPI_COMM_NULL, "the queue is finished");
    if (left_) return std::nullopt;
    if (stop_wanted_ && stop_wanted_()) {
      // The watch thread may be about to tell rank 0; until it has, this rank would still be given a chunk.
      stop();
      left_ = true;
      return std::nullopt;
    }
    if (rank_ == 0) return backlog_.take();
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
    end_watch();
    if (rank_ != 0) MPI_Send(nullptr, 0, MPI_BYTE, 0, kLeave, handle_);
    barrier_asleep(handle_);
    if (service_.joinable()) service_.join();
    MPI_Comm_free(&handle_);
    seconds_waited_ += timer.seconds();
  }

  [[nodiscard]] double seconds_waited() const override { return seconds_waited_; }

 private:
  void serve() {
    int ranks_here = size_ - 1;
    while (ranks_here > 0 && !broken_) {
      int waiting = 0;
      MPI_Status status;
      MPI_Iprobe(MPI_ANY_SOURCE, MPI_ANY_TAG, handle_, &waiting, &status);
      if (waiting == 0) {
        std::this_thread::sleep_for(std::chrono::microseconds(200));
        continue;
      }
      MPI_Recv(nullptr, 0, MPI_BYTE, status.MPI_SOURCE, status.MPI_TAG, handle_, MPI_STATUS_IGNORE);
      if (status.MPI_TAG == kLeave) --ranks_here;
      if (status.MPI_TAG == kStop) backlog_.close();
      if (status.MPI_TAG != kAsk) continue;
      const std::int64_t chunk = backlog_.take().value_or(kNothingLeft);
      MPI_Send(&chunk, 1, MPI_INT64_T, status.MPI_SOURCE, kAnswer, handle_);
    }
  }

  /// A rank in the middle of a long chunk could not say that it wants to stop before the end of it.
  void watch() {
    while (!watched_enough_) {
      if (stop_wanted_()) return stop();
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
  }

  void stop() {
    if (told_to_stop_.exchange(true)) return;
    if (rank_ == 0) {
      backlog_.close();
    } else {
      MPI_Send(nullptr, 0, MPI_BYTE, 0, kStop, handle_);
    }
  }

  void end_watch() {
    watched_enough_ = true;
    if (watch_.joinable()) watch_.join();
  }

  int rank_;
  int size_;
  int exceptions_before_;
  Backlog backlog_;
  StopWanted stop_wanted_;
  MPI_Comm handle_ = MPI_COMM_NULL;
  bool left_ = false;
  double seconds_waited_ = 0;
  std::atomic<bool> broken_ = false;
  std::atomic<bool> watched_enough_ = false;
  std::atomic<bool> told_to_stop_ = false;
  std::thread service_;
  std::thread watch_;
};

}  // namespace

std::unique_ptr<WorkQueue> make_work_queue(Communicator& communicator, std::span<const Work> missing,
                                           StopWanted stop_wanted) {
  for (const Work& work : missing) AT2_EXPECT(work.chunk >= 0, "chunks are numbered from 0");
  if (communicator.size() == 1) return std::make_unique<LocalWorkQueue>(missing, std::move(stop_wanted));
  const auto* mpi = dynamic_cast<const MpiCommunicator*>(&communicator);
  AT2_EXPECT(mpi != nullptr, "several ranks talk through MPI");
  return std::make_unique<SharedWorkQueue>(*mpi, missing, std::move(stop_wanted));
}

}  // namespace at2
