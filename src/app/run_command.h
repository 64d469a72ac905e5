/// \file app/run_command.h
/// \brief at2 run, and each stage as a command of its own.
#pragma once

#include <iosfwd>

#include "app/command_line.h"
#include "comm/environment.h"

namespace at2 {

/// Runs one stage, or all of them in order, on the run folder of the config. Prints the tables to `out` at the end of
/// `run` and `report`. \collective
/// \throws AgreedError on all ranks, or another error on one rank alone
void run_stages(const CommandLine& line, Environment& environment, std::ostream& out);

}  // namespace at2
