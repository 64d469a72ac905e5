#include "train/correlation_loss.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "base/errors.h"

namespace at2 {
namespace {

constexpr double kEpsilon = 1e-8;

std::vector<double> centred(const auto& values) {
  double mean = 0;
  for (const auto value : values) mean += static_cast<double>(value);
  mean /= static_cast<double>(values.size());
  std::vector<double> centred_values;
  centred_values.reserve(values.size());
  for (const auto value : values) centred_values.push_back(static_cast<double>(value) - mean);
  return centred_values;
}

double mean_product(std::span<const double> a, std::span<const double> b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum / static_cast<double>(a.size());
}

}  // namespace

CorrelationLoss correlation_loss(std::span<const double> predictions_M, std::span<const float> logit_probs_M) {
  AT2_EXPECT(!predictions_M.empty() && predictions_M.size() == logit_probs_M.size(), "one logit-prob per prediction");
  CorrelationLoss result{0, std::vector<double>(predictions_M.size())};
  // Compared, not measured: rounding gives equal numbers a spread of its own.
  const auto [least, most] = std::minmax_element(logit_probs_M.begin(), logit_probs_M.end());
  if (*least == *most) return result;

  const std::vector<double> x = centred(predictions_M);
  const std::vector<double> y = centred(logit_probs_M);
  const double covariance = mean_product(x, y);
  const double sd_x = std::sqrt(mean_product(x, x));
  const double sd_y = std::sqrt(mean_product(y, y));
  const double scale = sd_x * sd_y + kEpsilon;
  result.loss = -covariance / scale;
  // d cov / d x_i = y_i / M and d sd_x / d x_i = x_i / (M sd_x), where centring drops out of both.
  const double size = static_cast<double>(x.size());
  const double pull = sd_x > 0 ? covariance * sd_y / (sd_x * scale) : 0;
  for (std::size_t i = 0; i < x.size(); ++i) result.gradient_M[i] = (pull * x[i] - y[i]) / (size * scale);
  return result;
}

}  // namespace at2
