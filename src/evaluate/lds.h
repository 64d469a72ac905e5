/// \file evaluate/lds.h
/// \brief The linear datamodeling score (paper, Definition 2.3).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace at2 {

/// The additive prediction of an attribution: the sum of the scores of the sources that each mask keeps, shape [M].
/// \param keep_MS   1 where a source is kept, row-major
/// \param scores_S  one score per source \pre not empty
[[nodiscard]] std::vector<double> sums_of_kept_scores(std::span<const std::uint8_t> keep_MS,
                                                      std::span<const double> scores_S);

/// Spearman correlation, over M random ablations, between the sum of the scores of the kept sources and the measured
/// probability of the target. Ranks are taken on the logit-probability, which is monotone in the probability and does
/// not underflow.
/// \return nothing where it is undefined: a single source, or predictions or measurements that are all equal (or NaN)
/// \pre keep_MS.size() == logit_probs_M.size() * scores_S.size()
[[nodiscard]] std::optional<double> lds(std::span<const std::uint8_t> keep_MS, std::span<const double> scores_S,
                                        std::span<const double> logit_probs_M);

}  // namespace at2
