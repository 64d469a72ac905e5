/// \file app/stage_options.h
/// \brief The commands that read a config: a run, its stages, what a run would take.
#pragma once

#include <vector>

#include "app/command_entry.h"

namespace at2 {

/// `at2 run`, a command for each stage, `bench-attribution` and `data`.
[[nodiscard]] std::vector<CommandEntry> stage_commands();

/// `at2 config`.
[[nodiscard]] std::vector<CommandEntry> config_commands();

}  // namespace at2
