/// \file comm/watchdog.h
/// \brief Ends the program when a rank no longer answers.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "comm/communicator.h"

namespace at2 {

/// A rank that has not been heard of for too long.
struct SilentRank {
  int rank = 0;
  std::string host;
  double seconds = 0;
};

/// Called once per silent rank, from a thread of the watchdog's; meant to end all ranks.
using OnSilence = std::function<void(const SilentRank&)>;

/// While it lives, each rank tells rank 0, and rank 0 tells each, that its process still runs: by a thread and an MPI
/// communicator of its own, so that a long chunk is no silence. Rank 0 watches all others, they watch rank 0. A stopped
/// process, a hung machine and a cut network look the same.
///
/// Destroying it during an exception waits for nobody; otherwise it is collective, and silence is noticed until the
/// end.
class Watchdog {
 public:
  virtual ~Watchdog() = default;
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

 protected:
  Watchdog() = default;
};

/// Watches from now on; with one rank or `seconds` = 0 there is nothing to watch. \collective
/// \param host  name of this rank's machine, for the message
/// \param seconds  of silence that are too long, equal on all ranks; beats come ten times as often
[[nodiscard]] std::unique_ptr<Watchdog> make_watchdog(Communicator& communicator, const std::string& host,
                                                      double seconds, OnSilence on_silence);

}  // namespace at2
