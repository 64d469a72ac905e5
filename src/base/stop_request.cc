#include "base/stop_request.h"

#include <string.h>
#include <unistd.h>

#include <atomic>
#include <string_view>

#include "base/errors.h"

namespace at2 {
namespace {

// A signal handler reaches nothing but statics.
std::atomic<int> caught = 0;
std::atomic<bool> in_use = false;
static_assert(std::atomic<int>::is_always_lock_free, "a signal handler may write it");

void remember(int number) { caught = number; }

/// The default action follows at once: SA_RESETHAND has put it back, SA_NODEFER lets the signal in.
void say_and_end(int number) {
  constexpr std::string_view kLine = "\ninterrupted: finished chunks are safe; run the same command again to go on\n";
  static_cast<void>(!::write(STDERR_FILENO, kLine.data(), kLine.size()));
  ::raise(number);
}

}  // namespace

StopRequest::StopRequest(OnInterrupt on_interrupt) {
  AT2_EXPECT(!in_use.exchange(true), "one at a time");
  caught = 0;
  // Calls that a signal interrupts go on: nobody waits for the request inside one.
  handle(SIGTERM, &remember, SA_RESTART);
  handle(SIGUSR1, &remember, SA_RESTART);
  struct sigaction now = {};
  ::sigaction(SIGINT, nullptr, &now);
  if (on_interrupt == OnInterrupt::speak && now.sa_handler != SIG_IGN) {
    handle(SIGINT, &say_and_end, static_cast<int>(SA_RESETHAND) | SA_NODEFER);
  }
}

StopRequest::~StopRequest() {
  for (std::size_t i = 0; i < count_; ++i) ::sigaction(replaced_[i].number, &replaced_[i].before, nullptr);
  in_use = false;
}

int StopRequest::signal() const noexcept { return caught; }

void StopRequest::handle(int number, void (*handler)(int), int flags) {
  struct sigaction action = {};
  action.sa_handler = handler;
  action.sa_flags = flags;
  ::sigemptyset(&action.sa_mask);
  Replaced& replaced = replaced_[count_++];
  replaced.number = number;
  ::sigaction(number, &action, &replaced.before);
}

std::string signal_name(int number) {
  const char* const name = ::sigabbrev_np(number);
  return name == nullptr ? "signal " + std::to_string(number) : std::string("SIG") + name;
}

}  // namespace at2
