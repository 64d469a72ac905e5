/// \file app/figures_command.h
/// \brief at2 figures: one or more runs side by side, from their folders alone.
#pragma once

#include <iosfwd>

#include "app/command_line.h"
#include "comm/environment.h"

namespace at2 {

/// Collects every run folder and writes the study. Says to `out` where. Rank 0 does it all. \collective
/// \throws AgreedError on all ranks: a folder is no run or its evaluation not complete, a method, kind of sources or k
///         was not measured (it says which were), or the output folder cannot be written
void figures_command(const FiguresRequest& request, Environment& environment, std::ostream& out);

}  // namespace at2
