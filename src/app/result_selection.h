/// \file app/result_selection.h
/// \brief Which of the measured values are shown.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "config/options.h"
#include "evaluate/statistics.h"

namespace at2 {

/// What happens to a method or a kind of sources that was asked for and was not measured.
enum class Unmeasured { refuse, skip };

/// Empty lists select all that was measured.
struct ResultSelection {
  /// Words of evaluate.methods ("esm": with every number of ablations), or keys of the store ("esm_32"), in the order
  /// of the rows.
  std::vector<std::string> methods;
  std::vector<SourceKind> sources;
  std::vector<std::int64_t> top_k;
  Unmeasured unmeasured = Unmeasured::refuse;
  /// Examples that are shown in full, the first ones.
  std::int64_t max_examples = 400;
  /// Share of bootstrap resamples that lie in an interval.
  double confidence = kConfidence;
  std::int64_t bootstrap_samples = 1000;
};

/// What the config asks for.
[[nodiscard]] ResultSelection selection_of(const RunOptions& options);

/// Whether a method of the store is what the word asks for.
[[nodiscard]] bool is_meant(const std::string& word, const std::string& key);

/// The selected ones of the measured methods, in the order of the selection.
/// \param place  run folder, for messages
/// \throws UserError naming a method that does not exist, or with Unmeasured::refuse was not measured, and those that
///         were
[[nodiscard]] std::vector<std::string> selected_methods(const ResultSelection& selection,
                                                        const std::vector<std::string>& measured,
                                                        const std::string& place);

/// The same for kinds of sources.
[[nodiscard]] std::vector<SourceKind> selected_sources(const ResultSelection& selection,
                                                       const std::vector<SourceKind>& measured,
                                                       const std::string& place);

/// The same for numbers of top sources, of which each that is asked for must have been measured.
[[nodiscard]] std::vector<std::int64_t> selected_top_k(const ResultSelection& selection,
                                                       const std::vector<std::int64_t>& measured,
                                                       const std::string& place);

}  // namespace at2
