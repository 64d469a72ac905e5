/// \file app/lds_command.h
/// \brief at2 lds: estimators side by side on finished evaluations, from files alone.
#pragma once

#include <iosfwd>

#include "app/lds_estimators.h"
#include "app/lds_options.h"
#include "app/measured_scores.h"
#include "app/score_rows.h"
#include "comm/environment.h"

namespace at2 {

/// Rows of what was measured, those of the estimators first.
/// \param kind        a method for each estimator, then stored methods
/// \param evaluation  title of where it was measured
/// \param baseline    name of an estimator or key of a method; nothing: the first row
/// \throws UserError naming the row that was probably meant, if there is no such baseline
[[nodiscard]] LdsGroup lds_group(const MeasuredKind& kind, std::span<const LdsEstimator> estimators,
                                 const std::string& evaluation, const std::optional<std::string>& baseline,
                                 const Resampling& resampling);

/// Writes the tables to `out`, and files where the request has a folder for them. Rank 0 does it all. \collective
/// \throws AgreedError on all ranks: an estimator or a run cannot be used (it says why), there is no such baseline, a
///         drawing would have a single point, or a file cannot be written
void lds_command(const LdsRequest& request, Environment& environment, std::ostream& out);

}  // namespace at2
