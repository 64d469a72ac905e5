/// \file app/trained_estimator.h
/// \brief theta of a run, for the stages that use it.
#pragma once

#include "app/inputs.h"
#include "attribute/attributor.h"
#include "train/score_estimator.h"

namespace at2 {

/// What `at2 train` wrote. \throws UserError if it is missing, damaged, or of another run or model
[[nodiscard]] ScoreEstimator trained_estimator(const Session& session, const Inputs& inputs);

/// Those that the methods ask for. \throws UserError as trained_estimator()
[[nodiscard]] Estimators estimators_for(const Session& session, const Inputs& inputs, const EvaluateOptions& methods);

}  // namespace at2
