/// \file app/help_text.h
/// \brief The texts of `at2 help`, made from the table of commands.
#pragma once

#include <string>

#include "app/command_entry.h"

namespace at2 {

/// All commands with their summaries.
[[nodiscard]] std::string help_text();

/// Usage, options and examples of one command.
[[nodiscard]] std::string help_text(const CommandEntry& entry);

}  // namespace at2
