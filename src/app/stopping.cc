#include "app/stopping.h"

#include <cstdint>
#include <span>

#include "base/stop_request.h"

namespace at2 {

int stop_signal(const Session& session) {
  std::int64_t signal = session.stop == nullptr ? 0 : session.stop->signal();
  session.communicator().all_reduce(buffer_of(std::span(&signal, 1)), Reduction::max);
  return static_cast<int>(signal);
}

void say_stopped(const Session& session, int signal, const std::string& where) {
  session.log.say("stopped by " + signal_name(signal) + " " + where + ": run the same command again");
}

}  // namespace at2
