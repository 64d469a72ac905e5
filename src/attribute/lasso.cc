#include "attribute/lasso.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/errors.h"

namespace at2 {
namespace {

double dot(std::span<const double> a, std::span<const double> b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

/// Columns of X with mean 0, one after another, and what was taken out of them.
struct Design {
  std::size_t num_rows = 0;
  std::vector<double> columns_SM;
  std::vector<double> means_S;
  std::vector<double> scales_S;
  std::vector<double> squared_norms_S;

  [[nodiscard]] std::size_t num_columns() const { return means_S.size(); }
  [[nodiscard]] std::span<const double> column(std::size_t index) const {
    return std::span(columns_SM).subspan(index * num_rows, num_rows);
  }
};

Design make_design(std::span<const double> x_MS, std::size_t num_rows, Standardize standardize) {
  const std::size_t num_columns = x_MS.size() / num_rows;
  const auto rows = static_cast<double>(num_rows);
  Design design{num_rows, std::vector<double>(x_MS.size()), std::vector<double>(num_columns, 0.0),
                std::vector<double>(num_columns, 1.0), std::vector<double>(num_columns, 0.0)};
  for (std::size_t index = 0; index < num_columns; ++index) {
    const auto column = std::span(design.columns_SM).subspan(index * num_rows, num_rows);
    for (std::size_t row = 0; row < num_rows; ++row) column[row] = x_MS[row * num_columns + index];
    // Of a constant column the mean may round to another value; its deviations must be exactly 0.
    const bool constant = std::all_of(column.begin(), column.end(), [&](double value) { return value == column[0]; });
    const double mean = constant ? column[0] : std::accumulate(column.begin(), column.end(), 0.0) / rows;
    for (double& value : column) value -= mean;
    design.means_S[index] = mean;
    if (standardize == Standardize::yes && !constant) {
      design.scales_S[index] = std::sqrt(dot(column, column) / rows);
      for (double& value : column) value /= design.scales_S[index];
    }
    design.squared_norms_S[index] = dot(column, column);
  }
  return design;
}

/// The state of the descent: weights, and residual y - X w kept up to date.
struct Descent {
  std::vector<double> weights_S;
  std::vector<double> residual_M;
};

struct Sweep {
  double largest_weight = 0;
  double largest_change = 0;
};

/// Minimises over each weight in turn. `penalty` is M * alpha.
Sweep sweep_once(const Design& design, double penalty, Descent& state) {
  Sweep sweep;
  for (std::size_t index = 0; index < design.num_columns(); ++index) {
    const double squared_norm = design.squared_norms_S[index];
    if (squared_norm == 0) continue;
    const std::span<const double> column = design.column(index);
    const double old_weight = state.weights_S[index];
    const double fit = dot(column, state.residual_M) + old_weight * squared_norm;
    const double shrunk = std::copysign(std::max(std::abs(fit) - penalty, 0.0), fit) / squared_norm;
    const double change = shrunk - old_weight;
    if (change != 0) {
      for (std::size_t row = 0; row < design.num_rows; ++row) state.residual_M[row] -= change * column[row];
      state.weights_S[index] = shrunk;
    }
    sweep.largest_change = std::max(sweep.largest_change, std::abs(change));
    sweep.largest_weight = std::max(sweep.largest_weight, std::abs(shrunk));
  }
  return sweep;
}

/// How far the primal objective (times M) is above the dual one at the residual scaled into the feasible set.
double duality_gap(const Design& design, std::span<const double> y_M, double penalty, const Descent& state) {
  double largest_correlation = 0;
  for (std::size_t index = 0; index < design.num_columns(); ++index) {
    largest_correlation = std::max(largest_correlation, std::abs(dot(design.column(index), state.residual_M)));
  }
  const double squared_residual = dot(state.residual_M, state.residual_M);
  const double scale = largest_correlation > penalty ? penalty / largest_correlation : 1.0;
  double weights_norm = 0;
  for (const double weight : state.weights_S) weights_norm += std::abs(weight);
  return 0.5 * squared_residual * (1 + scale * scale) + penalty * weights_norm - scale * dot(state.residual_M, y_M);
}

}  // namespace

LassoFit lasso(std::span<const double> x_MS, std::span<const double> y_M, const LassoOptions& options) {
  AT2_EXPECT(!y_M.empty() && x_MS.size() % y_M.size() == 0, "X has one row per value of y");
  AT2_EXPECT(options.alpha >= 0, "the penalty is not negative");
  const auto finite = [](double value) { return std::isfinite(value); };
  AT2_EXPECT(std::all_of(x_MS.begin(), x_MS.end(), finite) && std::all_of(y_M.begin(), y_M.end(), finite),
             "X and y are finite");
  const Design design = make_design(x_MS, y_M.size(), options.standardize);
  const auto rows = static_cast<double>(y_M.size());
  const double y_mean = std::accumulate(y_M.begin(), y_M.end(), 0.0) / rows;
  std::vector<double> centred_M(y_M.begin(), y_M.end());
  for (double& value : centred_M) value -= y_mean;

  const double penalty = options.alpha * rows;
  const double allowed_gap = options.tolerance * dot(centred_M, centred_M);
  Descent state{std::vector<double>(design.num_columns(), 0.0), centred_M};
  LassoFit fit;
  while (fit.iterations < options.max_iterations && !fit.converged) {
    const Sweep sweep = sweep_once(design, penalty, state);
    ++fit.iterations;
    // The gap costs as much as a sweep, so it is only looked at once the weights have settled. A sweep without any
    // change is the optimum up to rounding, even if the gap's own rounding error hides that.
    if (sweep.largest_change > options.tolerance * sweep.largest_weight) continue;
    fit.converged = sweep.largest_change == 0 || duality_gap(design, centred_M, penalty, state) <= allowed_gap;
  }

  fit.intercept = y_mean;
  fit.coefficients_S = std::move(state.weights_S);
  for (std::size_t index = 0; index < design.num_columns(); ++index) {
    fit.coefficients_S[index] /= design.scales_S[index];
    fit.intercept -= design.means_S[index] * fit.coefficients_S[index];
  }
  return fit;
}

EsmScores esm_scores(std::span<const std::uint8_t> keep_MS, std::span<const double> logit_probs_M,
                     std::int64_t num_target_tokens, double lambda) {
  AT2_EXPECT(num_target_tokens > 0, "a target has tokens");
  const auto tokens = static_cast<double>(num_target_tokens);
  const std::vector<double> x_MS(keep_MS.begin(), keep_MS.end());
  std::vector<double> y_M(logit_probs_M.begin(), logit_probs_M.end());
  for (double& value : y_M) value /= tokens;
  LassoFit fit = lasso(x_MS, y_M, {.alpha = lambda});
  for (double& coefficient : fit.coefficients_S) coefficient *= tokens;
  return {std::move(fit.coefficients_S), fit.intercept * tokens};
}

}  // namespace at2
