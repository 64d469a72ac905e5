/// \file evaluate/top_k_drop.h
/// \brief Which sources the top-k drop hides (paper, Definition 2.2).
///
/// The drop itself is log p(Y|X) - log p(Y | top-k sources hidden); measuring it takes one forward pass.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace at2 {

/// The k sources with the highest scores, best first; of equal scores the lower index comes first. k >= S gives all.
/// \pre k >= 0, no score is NaN
[[nodiscard]] std::vector<std::int64_t> top_k(std::span<const double> scores_S, std::int64_t k);

/// A mask of shape [S] with 1 for every source but `hidden`. \pre indices are in [0, num_sources)
[[nodiscard]] std::vector<std::uint8_t> keep_all_but(std::span<const std::int64_t> hidden, std::int64_t num_sources);

}  // namespace at2
