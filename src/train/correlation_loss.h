/// \file train/correlation_loss.h
/// \brief Negative Pearson correlation between predicted and measured effects of ablations (paper, section 3).
///
/// Shape letters: N targets, M ablations.
#pragma once

#include <span>
#include <vector>

namespace at2 {

/// Loss of one target and its derivative with respect to the predictions.
struct CorrelationLoss {
  /// In [-1, 1]; no unit.
  double loss = 0;
  /// d loss / d prediction, [M].
  std::vector<double> gradient_M;
};

/// -cov(x, y) / (sd(x) sd(y) + 1e-8) over the M ablations of one target, with biased (1/M) moments, in float64.
/// Where all logit-probs are equal the loss and its gradient are 0.
/// \param predictions_M  x, any unit
/// \param logit_probs_M  y [nat]
/// \pre equal sizes, at least 1
[[nodiscard]] CorrelationLoss correlation_loss(std::span<const double> predictions_M,
                                               std::span<const float> logit_probs_M);

}  // namespace at2
