/// \file app/run_folder_options.h
/// \brief The command lines of `at2 status` and `at2 verify`.
#pragma once

#include <string>
#include <vector>

#include "app/command_entry.h"
#include "app/output_format.h"

namespace at2 {

/// Options of `at2 status` and `at2 verify`.
struct RunFolderRequest {
  std::string run;
  OutputFormat format = OutputFormat::text;
};

[[nodiscard]] std::vector<CommandEntry> run_folder_commands();

}  // namespace at2
