/// \file app/train_cache.h
/// \brief How much memory the training stage may fill with features.
#pragma once

#include <cstdint>

#include "app/session.h"

namespace at2 {

/// Bytes that the processes of this machine can still take: what Linux calls available, or less where a control group
/// (of a container or a SLURM job) allows less; 0 where the system does not say.
[[nodiscard]] std::int64_t available_memory();

/// train.cache_gb in bytes; with auto a quarter of available_memory() divided by the ranks of this machine.
[[nodiscard]] std::int64_t train_cache_bytes(const Session& session);

}  // namespace at2
