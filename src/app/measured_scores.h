/// \file app/measured_scores.h
/// \brief What `at2 evaluate` stored in a run folder, as plain values. Nothing else is opened.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "app/result_selection.h"
#include "attribute/measurements.h"
#include "report/results.h"

namespace at2 {

/// One method on one example.
struct MeasuredExample {
  /// Of each target.
  std::vector<std::optional<double>> lds_G;
  /// Standard error of their mean from the draw of the masks.
  std::optional<double> lds_mask_error;
  /// Mean over targets of each top-k drop.
  std::map<std::int64_t, double> drop_by_k;
  Cost cost;
};

/// One method on one kind of sources. All methods of a kind have the same examples in the same order.
struct MeasuredMethod {
  std::string key;
  std::string title;
  std::vector<MeasuredExample> examples;
};

struct MeasuredKind {
  SourceKind kind = SourceKind::token;
  std::vector<MeasuredMethod> methods;
  std::int64_t lds_masks = 0;
  /// Of these, how many the surrogate model was also fitted on.
  std::int64_t shared_masks = 0;
};

struct MeasuredScores {
  std::vector<MeasuredKind> kinds;
  std::int64_t examples = 0;
  std::int64_t targets = 0;
  /// Examples that were left out, by reason.
  std::map<std::string, std::int64_t> skipped;
  std::vector<ExampleView> views;
};

/// \param seed  of the resampled masks
/// \throws UserError if `at2 evaluate` has not been run or not come to its end there, files are damaged or of several
/// runs, something selected was not measured, or no example was usable
[[nodiscard]] MeasuredScores read_scores(const std::filesystem::path& run_folder, const ResultSelection& selection,
                                         std::uint64_t seed);

}  // namespace at2
