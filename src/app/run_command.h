/// \file app/run_command.h
/// \brief at2 run, and each stage as a command of its own.
#pragma once

#include <iosfwd>

#include "app/command_line.h"
#include "app/stopping.h"
#include "comm/environment.h"

namespace at2 {

/// Runs one stage, or all of them in order, on the run folder of the config. Prints the tables to `out` at the end of
/// `run` and `report`. \collective
/// \return StageEnd::stopped if a rank got SIGTERM or SIGUSR1: what was begun is finished and stored, the rest is not
/// \throws AgreedError on all ranks, or another error on one rank alone
[[nodiscard]] StageEnd run_stages(const CommandLine& line, Environment& environment, std::ostream& out);

}  // namespace at2
