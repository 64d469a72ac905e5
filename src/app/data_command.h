/// \file app/data_command.h
/// \brief at2 data: what a run takes from its data sets.
#pragma once

#include <iosfwd>

#include "app/command_line.h"
#include "comm/environment.h"

namespace at2 {

/// Reads the data sets of a config as a run would, without a model or a run folder, and prints for each what became of
/// its records, the first faulty ones, and one filled prompt. One rank; others do nothing.
/// \throws UserError as load_options and read_examples
void data_command(const CommandLine& line, Environment& environment, std::ostream& out);

}  // namespace at2
