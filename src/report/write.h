/// \file report/write.h
/// \brief Puts the report into a run folder.
#pragma once

#include <filesystem>

#include "config/options.h"
#include "report/results.h"

namespace at2 {

/// Makes a folder and those above it. \throws UserError if that is not possible
void make_folder(const std::filesystem::path& folder);

/// Writes metrics.json, tables/{metrics,costs,stages}.csv, tables/methods.md, figures/*.svg and report.html. Folders
/// are made where missing. Call on one rank.
/// \throws UserError as make_folder and replace_file
void write_report(const RunResults& results, const ReportOptions& options, const std::filesystem::path& run_folder);

}  // namespace at2
