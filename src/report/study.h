/// \file report/study.h
/// \brief Several runs side by side: the paper's figures.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

#include "report/results.h"

namespace at2 {

struct StudyOptions {
  /// Scores below this share of the largest are not highlighted.
  double highlight_threshold = 0.2;
  /// Examples of each run that are shown in full.
  std::int64_t max_examples = 3;
  /// The k of the top-k drops that are drawn.
  std::vector<std::int64_t> top_k = {5};
};

/// Writes the results of all runs into `out`, which is made where missing: rows.csv, one line per run, method, kind of
/// sources and metric.
/// \throws UserError if the folder cannot be written
void write_study(std::span<const RunResults> runs, const StudyOptions& options, const std::filesystem::path& out);

}  // namespace at2
