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

/// Bytes that a page may have: it must go through a mail.
inline constexpr std::size_t kLargestPage = 4'500'000;

/// The whole page: what was run and what came out in sentences, tables and charts, the examples to be looked through,
/// the coefficients, the cost, the origin, and how to run it again. No external resources. Without JavaScript all but
/// the examples is there; with it tables sort, charts read out their values, and examples are chosen. At most
/// kLargestPage bytes, as long as what is not an example takes less: examples that do not fit are left out, and the
/// page says how many.
[[nodiscard]] std::string report_page(const RunResults& results, const ReportOptions& options);

}  // namespace at2
