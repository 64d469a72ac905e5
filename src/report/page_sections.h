/// \file report/page_sections.h
/// \brief The parts of report.html, in their order; each is empty where the run has nothing for it.
#pragma once

#include <cstddef>
#include <string>

#include "config/options.h"
#include "report/results.h"

namespace at2 {

/// Name, findings, the numbers of AT2, what was run.
[[nodiscard]] std::string summary_section(const RunResults& results);

/// Tables and bars of all methods.
[[nodiscard]] std::string scores_section(const RunResults& results);

/// Examples to be looked through; all in it is made by the page's script. \param max_bytes  that it may take
[[nodiscard]] std::string examples_section(const RunResults& results, const ReportOptions& options,
                                           std::size_t max_bytes);

/// The coefficients: as a map, and the strongest in a table; the training loss.
[[nodiscard]] std::string training_section(const RunResults& results);

/// Answers from pruned contexts.
[[nodiscard]] std::string prune_section(const RunResults& results);

/// Times of attributions beside a forward pass.
[[nodiscard]] std::string timing_section(const RunResults& results);

/// What methods and stages took.
[[nodiscard]] std::string cost_section(const RunResults& results);

/// Program, model, data and machines.
[[nodiscard]] std::string origin_section(const RunResults& results);

/// The command that runs it again, and its config.
[[nodiscard]] std::string again_section(const RunResults& results);

}  // namespace at2
