/// \file base/timer.h
/// \brief Wall-clock timing with a steady clock.
#pragma once

#include <chrono>

namespace at2 {

/// Seconds since construction.
class Timer {
 public:
  [[nodiscard]] double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace at2
