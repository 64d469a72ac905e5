/// \file app/held_out_lds.h
/// \brief LDS of estimators on ablations of training examples that they were not trained on.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

#include "app/lds_estimators.h"
#include "app/measured_scores.h"
#include "config/options.h"

namespace at2 {

/// What `at2 ablate` measured in a run, but for its first examples with a target: those that train.max_examples takes.
struct HeldOut {
  std::filesystem::path run_folder;
  /// Of that run.
  AblateOptions ablate;
  /// As in the origin of estimators that were trained on it.
  std::string dataset;
  std::int64_t first = 0;
};

/// As lds_of_estimators(), with the one kind of sources that was ablated. Of the stored methods there are those that
/// average a feature over all heads (average_attention, value_norm, logit_contribution).
/// \param methods  which of these; empty: none
/// \throws UserError if `at2 ablate` has not come to its end there, a feature that is needed was not measured, an
///         estimator was trained on more examples of the run than are left out, or no example remains
[[nodiscard]] MeasuredKind lds_of_held_out(const HeldOut& held_out, std::span<const LdsEstimator> estimators,
                                           std::span<const std::string> methods);

}  // namespace at2
