/// \file base/stop_request.h
/// \brief SIGTERM and SIGUSR1 as the wish that the program stop in order.
#pragma once

#include <signal.h>

#include <array>
#include <string>

namespace at2 {

/// Exit status of a program that stopped in order and is to be started again (EX_TEMPFAIL).
constexpr int kStoppedStatus = 75;

/// Whether this process answers Ctrl-C with a line: of several ranks, one does.
enum class OnInterrupt { silent, speak };

/// While it lives, SIGTERM and SIGUSR1 do not end the process but are remembered here. SIGINT ends it as always, after
/// a line that says how to go on; where the shell has set SIGINT to be ignored, it stays so. Afterwards all signals do
/// what they did before. One at a time.
class StopRequest {
 public:
  explicit StopRequest(OnInterrupt on_interrupt);
  ~StopRequest();
  StopRequest(const StopRequest&) = delete;
  StopRequest& operator=(const StopRequest&) = delete;

  /// The signal that came last, 0 if none has. Any thread may ask.
  [[nodiscard]] int signal() const noexcept;

 private:
  struct Replaced {
    int number = 0;
    struct sigaction before = {};
  };
  void handle(int number, void (*handler)(int), int flags);

  std::array<Replaced, 3> replaced_;
  std::size_t count_ = 0;
};

/// "SIGUSR1"
[[nodiscard]] std::string signal_name(int number);

}  // namespace at2
