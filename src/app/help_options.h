/// \file app/help_options.h
/// \brief The command lines of `at2 help`, `at2 completion`, `at2 man` and `at2 version`.
#pragma once

#include <vector>

#include "app/command_entry.h"

namespace at2 {

[[nodiscard]] std::vector<CommandEntry> help_commands();

}  // namespace at2
