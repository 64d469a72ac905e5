/// \file report/page.h
/// \brief report.html: one self-contained page about a run.
#pragma once

#include <string>
#include <string_view>

#include "config/options.h"
#include "report/results.h"

namespace at2 {

/// Titles of charts that the page and the files have in common.
inline constexpr std::string_view kPruneTitle = "F1 of answers from a pruned context";
inline constexpr std::string_view kTimingTitle = "Running time";

/// The whole page: what was run, the table, the charts, the coefficients, the cost, and the held-out examples with the
/// context highlighted by every method. No external resources; everything is visible without JavaScript, which only
/// chooses between response sentences and kinds of source.
[[nodiscard]] std::string report_page(const RunResults& results, const ReportOptions& options);

/// The part of the page about the examples. Examples with one id are shown together, in order of first appearance.
[[nodiscard]] std::string example_sections(const RunResults& results, const ReportOptions& options);

/// The page's style sheet, without that of the figures.
[[nodiscard]] std::string_view page_css();

/// The page's script.
[[nodiscard]] std::string_view page_script();

}  // namespace at2
