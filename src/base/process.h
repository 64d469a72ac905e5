/// \file base/process.h
/// \brief Whether a process of this machine lives.
#pragma once

#include <cstdint>
#include <optional>

namespace at2 {

/// Whether there is such a process that has not ended: one that waits for its parent to ask for its exit status has.
[[nodiscard]] bool process_lives(std::int64_t pid);

/// When it started, in ticks since the machine did: tells a process from a later one of the same number. Nothing if it
/// does not live or the system does not say.
[[nodiscard]] std::optional<std::int64_t> process_start(std::int64_t pid);

}  // namespace at2
