/// \file evaluate/mask_error.h
/// \brief How uncertain an LDS is because it was measured on these ablations and no others.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/random.h"

namespace at2 {

/// Standard error of one example's LDS (the mean over its targets) from the draw of its masks: the masks are resampled
/// with replacement, the same ones for all targets, which were measured on them together.
/// \param predictions_GM  what each target's scores predict under each mask (sums_of_kept_scores)
/// \param measured_GM     the logit-probabilities \pre of the same shape, every target with as many masks
/// \param num_samples     resamples \pre at least 2
/// \param stream          by value: the error is a function of the values and the stream's keys alone
/// \return nothing if the LDS is undefined, or defined in fewer than two resamples
[[nodiscard]] std::optional<double> lds_mask_error(const std::vector<std::vector<double>>& predictions_GM,
                                                   const std::vector<std::vector<double>>& measured_GM,
                                                   std::int64_t num_samples, RandomStream stream);

/// Standard error of a mean over examples from independent errors of each: sqrt(sum of squares) / count. Nothing for no
/// examples.
[[nodiscard]] std::optional<double> error_of_mean(std::span<const double> errors);

}  // namespace at2
