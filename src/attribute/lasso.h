/// \file attribute/lasso.h
/// \brief Sparse linear regression, and the example-specific surrogate model (ESM) built on it.
///
/// Shape letters: M ablations, S sources.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace at2 {

/// Whether columns are brought to mean 0 and (biased) standard deviation 1 before the fit.
enum class Standardize { no, yes };

struct LassoOptions {
  /// Weight of the L1 penalty.
  double alpha = 0.01;
  /// The fit ends when the duality gap is below tolerance * |y - mean(y)|^2. ContextCite's 1e-4 can be far from the
  /// optimum for correlated columns.
  double tolerance = 1e-12;
  /// Largest number of sweeps over all coefficients.
  std::int64_t max_iterations = 100000;
  Standardize standardize = Standardize::yes;
};

/// y is modelled as x . coefficients + intercept.
struct LassoFit {
  /// In the original scale of the columns, shape [S].
  std::vector<double> coefficients_S;
  double intercept = 0;
  /// Sweeps over all coefficients that were made.
  std::int64_t iterations = 0;
  /// False if max_iterations ended the fit.
  bool converged = false;
};

/// Minimises |y - X w - b|^2 / (2 M) + alpha * |w|_1 over w and b by cyclic coordinate descent, as scikit-learn does.
/// With Standardize::yes, X is standardised first (a constant column keeps its scale and gets coefficient 0) and w is
/// given back divided by the columns' scales.
/// \param x_MS  row-major
/// \pre y_M is not empty, x_MS.size() is a multiple of y_M.size(), alpha >= 0, all values are finite
[[nodiscard]] LassoFit lasso(std::span<const double> x_MS, std::span<const double> y_M, const LassoOptions& options);

/// Scores of the surrogate model for one target.
struct EsmScores {
  /// Change of the target's logit-probability that keeping a source brings, shape [S].
  std::vector<double> scores_S;
  /// The surrogate's logit-probability with all sources hidden.
  double bias = 0;
};

/// ESM (paper, section 2; ContextCite): LASSO on standardised masks with y = logit-probability / number of target
/// tokens, scaled back by that number.
/// \param keep_MS  1 where a source is kept, row-major
/// \param lambda   weight of the L1 penalty (0.01 in the paper)
/// \pre logit_probs_M is not empty and finite, num_target_tokens > 0
[[nodiscard]] EsmScores esm_scores(std::span<const std::uint8_t> keep_MS, std::span<const double> logit_probs_M,
                                   std::int64_t num_target_tokens, double lambda);

}  // namespace at2
