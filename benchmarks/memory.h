/// \file memory.h
/// \brief What Linux says about the memory of this process.
#pragma once

#include <string>

namespace at2::benchmarks {

/// A line of /proc/self/smaps_rollup, in MB; 0 if there is none of that name. "Pss" is the proportional set size: each
/// page divided by the number of processes that map it.
[[nodiscard]] double rollup_mb(const std::string& name);

/// Largest resident size since the start or the last reset_peak(), in MB.
[[nodiscard]] double peak_mb();

/// Resident size now, in MB.
[[nodiscard]] double resident_mb();

/// Lets peak_mb() count from now on. Where the kernel does not allow it, it goes on counting from the start.
void reset_peak();

}  // namespace at2::benchmarks
