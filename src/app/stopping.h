/// \file app/stopping.h
/// \brief Stopping in order, on all ranks, when one of them was asked to.
#pragma once

#include <string>

#include "app/session.h"

namespace at2 {

/// Whether a stage did all that it had to.
enum class StageEnd { complete, stopped };

/// The signal that asked this rank or another to stop; 0 if none did. \collective
[[nodiscard]] int stop_signal(const Session& session);

/// Says by which signal and where the run stopped, and how to go on.
/// \param where  "after 12 of 40 chunks of ablate"
void say_stopped(const Session& session, int signal, const std::string& where);

}  // namespace at2
