/// \file attribute/telling_heads.h
/// \brief Which attention heads to look at one by one (paper, Figures 1 and 2).
#pragma once

#include <cstdint>
#include <vector>

#include "train/score_estimator.h"

namespace at2 {

/// Heads as features f = l H + h: the `count` with the highest coefficients, highest first, then of the others the
/// `count` with the lowest magnitudes, lowest first. Of equal ones the lower f comes first. Fewer where there are not
/// as many.
[[nodiscard]] std::vector<std::int64_t> telling_heads(const ScoreEstimator& estimator, std::int64_t count);

}  // namespace at2
