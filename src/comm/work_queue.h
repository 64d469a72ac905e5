/// \file comm/work_queue.h
/// \brief Hands chunks of uneven cost to whichever rank is free, longest first.
///
/// Who gets which chunk differs from run to run; results must not depend on it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>

#include "comm/communicator.h"

namespace at2 {

/// A chunk that is still to do. Only the ratio of costs matters.
struct Work {
  std::int64_t chunk = 0;
  double cost = 0;
};

/// One pass over the missing chunks of a stage:
/// `while (const auto chunk = queue->next()) compute(*chunk);  queue->finish();`
///
/// Destroying it during an exception is not collective and never waits for other ranks; the program must then end all
/// ranks through Environment::abort. Otherwise the destructor calls finish().
class WorkQueue {
 public:
  virtual ~WorkQueue() = default;
  WorkQueue(const WorkQueue&) = delete;
  WorkQueue& operator=(const WorkQueue&) = delete;

  /// A chunk for this rank alone, or nothing when all have been handed out. Not collective.
  [[nodiscard]] virtual std::optional<std::int64_t> next() = 0;

  /// Returns once every rank is here; waiting ranks sleep. Chunks not handed out by then are dropped. \collective
  virtual void finish() = 0;

  /// Seconds that this rank has spent in next() and finish(): without a chunk.
  [[nodiscard]] virtual double seconds_waited() const = 0;

 protected:
  WorkQueue() = default;
};

/// Whether this rank wants that no rank start another chunk. Asked from other threads, many times a second.
using StopWanted = std::function<bool()>;

/// A queue over `missing`, of which only that of rank 0 is read. Ties go to the lower chunk number. \collective
/// With one rank a plain loop; else rank 0 serves the others from a thread of its own, on its own MPI communicator.
/// Soon after any rank's `stop_wanted` says yes, next() gives nothing on all of them.
[[nodiscard]] std::unique_ptr<WorkQueue> make_work_queue(Communicator& communicator, std::span<const Work> missing,
                                                         StopWanted stop_wanted = {});

}  // namespace at2
