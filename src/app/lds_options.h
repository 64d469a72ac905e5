/// \file app/lds_options.h
/// \brief The command line of `at2 lds`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "app/command_entry.h"
#include "config/options.h"
#include "report/lds_curve.h"

namespace at2 {

/// Options of `at2 lds`.
struct LdsRequest {
  /// Files or run folders.
  std::vector<std::string> estimators;
  /// Run folders whose evaluation is finished.
  std::vector<std::string> runs;
  /// Empty: all that were evaluated.
  std::vector<SourceKind> sources;
  /// Stored methods that are shown beside the estimators.
  std::vector<std::string> methods;
  std::optional<Against> against;
  /// Name of a row; the first estimator where there is none.
  std::optional<std::string> baseline;
  std::optional<std::string> out;
  /// Where it is given, what at2 ablate measured is used instead of the evaluation, but for so many first examples.
  std::optional<std::int64_t> held_out;
};

[[nodiscard]] CommandEntry lds_entry();

}  // namespace at2
