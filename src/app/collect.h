/// \file app/collect.h
/// \brief The results of a run, from its folder alone: no model, tokenizer or data set is opened.
#pragma once

#include <filesystem>

#include "app/result_selection.h"
#include "config/options.h"
#include "report/results.h"

namespace at2 {

/// The options of the run in a folder. \throws UserError if the folder is that of no run
[[nodiscard]] RunOptions options_of_run(const std::filesystem::path& folder);

/// Everything that the report shows.
/// \param options  the run's; what names it and its parts may differ
/// \throws UserError as read_scores, or naming a file that is damaged
[[nodiscard]] RunResults collect_run(const std::filesystem::path& folder, const RunOptions& options,
                                     const ResultSelection& selection);

}  // namespace at2
