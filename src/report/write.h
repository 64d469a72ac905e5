/// \file report/write.h
/// \brief Puts the report into a run folder.
#pragma once

#include <filesystem>
#include <string_view>

#include "config/options.h"
#include "report/results.h"

namespace at2 {

/// Writes a file whole or not at all: to a temporary name beside it, synced, then renamed over `path`.
/// \throws UserError if the folder cannot be written or the disk is full; the old file stays as it was
void write_file_atomically(const std::filesystem::path& path, std::string_view content);

/// Makes a folder and those above it. \throws UserError if that is not possible
void make_folder(const std::filesystem::path& folder);

/// Writes metrics.json, tables/{metrics,costs,stages}.csv, tables/methods.md, figures/*.svg and report.html. Folders
/// are made where missing. Call on one rank.
/// \throws UserError as write_file_atomically
void write_report(const RunResults& results, const ReportOptions& options, const std::filesystem::path& run_folder);

}  // namespace at2
