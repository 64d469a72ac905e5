/// \file app/run_folder_commands.h
/// \brief at2 status and at2 verify: what a run folder says about its run. Neither needs the model or changes a file.
#pragma once

#include <iosfwd>

#include "app/command_line.h"

namespace at2 {

/// Prints status_of() the folder. One rank calls it.
/// \throws UserError if it is not a run folder
void status_command(const RunFolderRequest& request, std::ostream& out);

/// Prints check_run() of the folder. One rank calls it.
/// \return whether nothing is damaged
/// \throws UserError if it is not a run folder
[[nodiscard]] bool verify_run_command(const RunFolderRequest& request, std::ostream& out);

}  // namespace at2
