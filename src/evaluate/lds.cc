#include "evaluate/lds.h"

#include <cmath>

#include "base/errors.h"
#include "evaluate/statistics.h"

namespace at2 {

std::vector<double> sums_of_kept_scores(std::span<const std::uint8_t> keep_MS, std::span<const double> scores_S) {
  AT2_EXPECT(!scores_S.empty(), "there is at least one source");
  AT2_EXPECT(keep_MS.size() % scores_S.size() == 0, "a mask has one entry per source");
  std::vector<double> sums_M(keep_MS.size() / scores_S.size(), 0.0);
  for (std::size_t mask = 0; mask < sums_M.size(); ++mask) {
    for (std::size_t source = 0; source < scores_S.size(); ++source) {
      if (keep_MS[mask * scores_S.size() + source] != 0) sums_M[mask] += scores_S[source];
    }
  }
  return sums_M;
}

std::optional<double> lds(std::span<const std::uint8_t> keep_MS, std::span<const double> scores_S,
                          std::span<const double> logit_probs_M) {
  AT2_EXPECT(keep_MS.size() == logit_probs_M.size() * scores_S.size(), "one measurement per mask");
  // With one source every positive score is as good as any other.
  if (scores_S.size() < 2) return std::nullopt;
  const double correlation = spearman(sums_of_kept_scores(keep_MS, scores_S), logit_probs_M);
  if (std::isnan(correlation)) return std::nullopt;
  return correlation;
}

}  // namespace at2
