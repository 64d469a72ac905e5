/// \file app/help_text.h
/// \brief The texts of `at2 help`, made from the table of commands.
#pragma once

#include <string>

#include "app/command_entry.h"

namespace at2 {

/// What the program is for, in a line without a full stop.
inline constexpr const char* kProgramSummary =
    "token attribution with learned attention (AT2), trained and evaluated on any number of ranks";

/// All commands with their summaries.
[[nodiscard]] std::string help_text();

/// Usage, options and examples of one command.
[[nodiscard]] std::string help_text(const CommandEntry& entry);

}  // namespace at2
