/// \file app/dry_run_command.h
/// \brief `at2 run --dry-run`: what a run would take, before it is begun.
#pragma once

#include <iosfwd>

#include "app/command_line.h"
#include "comm/environment.h"

namespace at2 {

/// Reads the config, the data sets and the model, measures for about two seconds on all ranks, counts what is left to
/// do in the run folder, and prints a table. Writes no file. \collective \throws AgreedError as a run: the config is
/// faulty, inputs are missing, the folder was made with other options
void dry_run_command(const CommandLine& line, Environment& environment, std::ostream& out);

}  // namespace at2
