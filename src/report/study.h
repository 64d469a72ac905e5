/// \file report/study.h
/// \brief The paper's figures from several runs: one page, and a drawing and a table per figure.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

#include "report/results.h"

namespace at2 {

struct StudyOptions {
  /// Scores up to this share of the largest are not highlighted.
  double highlight_threshold = 0.2;
  /// Highlighted texts per run.
  std::int64_t max_examples = 3;
  /// k of the top-k drops: the first is drawn, all are in the tables. \pre not empty
  std::vector<std::int64_t> top_k = {5};
};

/// Writes `out`/index.html, figures/*.svg, tables/*.csv and tables/*.md. Only figures that the runs have material for
/// are made; the page lists the others with what they need. Call on one rank.
/// \throws UserError if `out` cannot be written
void write_study(std::span<const RunResults> runs, const StudyOptions& options, const std::filesystem::path& out);

}  // namespace at2
