/// \file app/trained_estimator.h
/// \brief theta of a run, for the stages that use it.
#pragma once

#include "app/inputs.h"
#include "train/score_estimator.h"

namespace at2 {

/// What `at2 train` wrote. \throws UserError if it is missing, damaged, or of another run or model
[[nodiscard]] ScoreEstimator trained_estimator(const Session& session, const Inputs& inputs);

}  // namespace at2
