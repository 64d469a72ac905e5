#include "comm/watchdog.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <exception>
#include <thread>
#include <utility>
#include <vector>

#include "base/errors.h"
#include "comm/agree.h"
#include "comm/mpi_communicator.h"

namespace at2 {
namespace {

using Clock = std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;

constexpr int kBeat = 1;
constexpr int kBye = 2;

class Nobody final : public Watchdog {};

/// What is known of a rank at the other end. At most one message to it is under way at a time, so that one that does
/// not receive does not fill our memory.
struct Peer {
  int rank = 0;
  Clock::time_point heard = {};
  bool gone = false;
  bool reported = false;
  bool said_bye = false;
  MPI_Request sending = MPI_REQUEST_NULL;
};

class RankWatchdog final : public Watchdog {
 public:
  RankWatchdog(const MpiCommunicator& communicator, std::vector<std::string> hosts, double seconds,
               OnSilence on_silence)
      : hosts_(std::move(hosts)),
        limit_(seconds),
        on_silence_(std::move(on_silence)),
        exceptions_before_(std::uncaught_exceptions()) {
    MPI_Comm_dup(communicator.handle(), &handle_);
    const Clock::time_point now = Clock::now();
    const int last = communicator.rank() == 0 ? communicator.size() - 1 : 0;
    for (int rank = communicator.rank() == 0 ? 1 : 0; rank <= last; ++rank) peers_.push_back({rank, now});
    thread_ = std::thread([this] { run(); });
  }

  ~RankWatchdog() override {
    const bool broken = std::uncaught_exceptions() > exceptions_before_;
    (broken ? broken_ : leaving_) = true;
    thread_.join();
    if (!broken) MPI_Comm_free(&handle_);
  }

 private:
  void run() {
    const Seconds interval = limit_ / 10;
    const Seconds pause = std::min(interval / 4, Seconds(0.1));
    Clock::time_point last_beat = Clock::now() - std::chrono::hours(1);
    Clock::time_point last_look = Clock::now();
    while (!broken_) {
      hear();
      const Clock::time_point now = Clock::now();
      // A process that was stopped itself has heard nobody: the others are given their time anew.
      if (now - last_look > limit_ / 2) forgive(now);
      last_look = now;
      find_silent(now);
      if (leaving_) {
        if (say_bye()) return;
      } else if (now - last_beat >= interval) {
        for (Peer& peer : peers_) send(peer, kBeat);
        last_beat = now;
      }
      std::this_thread::sleep_for(pause);
    }
  }

  void hear() {
    for (;;) {
      int waiting = 0;
      MPI_Status status;
      MPI_Iprobe(MPI_ANY_SOURCE, MPI_ANY_TAG, handle_, &waiting, &status);
      if (waiting == 0) return;
      MPI_Recv(nullptr, 0, MPI_BYTE, status.MPI_SOURCE, status.MPI_TAG, handle_, MPI_STATUS_IGNORE);
      // Peers lie in rank order: of rank 0 these are 1, 2, ...; of the others it is rank 0 alone.
      Peer& peer = peers_[static_cast<std::size_t>(std::max(0, status.MPI_SOURCE - 1))];
      peer.heard = Clock::now();
      if (status.MPI_TAG == kBye) peer.gone = true;
    }
  }

  void forgive(Clock::time_point now) {
    for (Peer& peer : peers_) peer.heard = now;
  }

  void find_silent(Clock::time_point now) {
    for (Peer& peer : peers_) {
      const Seconds silence = now - peer.heard;
      if (peer.gone || peer.reported || silence < limit_) continue;
      peer.reported = true;
      on_silence_({peer.rank, hosts_[static_cast<std::size_t>(peer.rank)], silence.count()});
    }
  }

  /// \return false if the message before is still under way
  bool send(Peer& peer, int tag) {
    int done = 0;
    MPI_Test(&peer.sending, &done, MPI_STATUS_IGNORE);
    if (done == 0) return false;
    MPI_Isend(nullptr, 0, MPI_BYTE, peer.rank, tag, handle_, &peer.sending);
    return true;
  }

  /// The last message to every peer. \return whether nothing is to be sent or received any more
  bool say_bye() {
    bool finished = true;
    for (Peer& peer : peers_) {
      if (!peer.said_bye) peer.said_bye = send(peer, kBye);
      int sent = 0;
      if (peer.said_bye) MPI_Test(&peer.sending, &sent, MPI_STATUS_IGNORE);
      finished = finished && sent != 0 && peer.gone;
    }
    return finished;
  }

  std::vector<std::string> hosts_;
  Seconds limit_;
  OnSilence on_silence_;
  int exceptions_before_;
  MPI_Comm handle_ = MPI_COMM_NULL;
  std::vector<Peer> peers_;
  std::atomic<bool> leaving_ = false;
  std::atomic<bool> broken_ = false;
  std::thread thread_;
};

}  // namespace

std::unique_ptr<Watchdog> make_watchdog(Communicator& communicator, const std::string& host, double seconds,
                                        OnSilence on_silence) {
  AT2_EXPECT(seconds >= 0, "silence lasts for some time");
  if (communicator.size() == 1 || seconds == 0) return std::make_unique<Nobody>();
  const auto* mpi = dynamic_cast<const MpiCommunicator*>(&communicator);
  AT2_EXPECT(mpi != nullptr, "several ranks talk through MPI");
  return std::make_unique<RankWatchdog>(*mpi, gather_texts(communicator, host), seconds, std::move(on_silence));
}

}  // namespace at2
