/// \file app/command_table.h
/// \brief All commands of the program.
#pragma once

#include <string_view>
#include <vector>

#include "app/command_entry.h"

namespace at2 {

/// In the order of `at2 help`; the commands of a group stand together.
[[nodiscard]] const std::vector<CommandEntry>& command_table();

/// The command of this name, or nullptr.
[[nodiscard]] const CommandEntry* find_command(std::string_view name);

/// \throws UserError naming the command that was probably meant, if there is none of this name
[[nodiscard]] const CommandEntry& command_named(std::string_view name);

}  // namespace at2
