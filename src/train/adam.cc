#include "train/adam.h"

#include <cmath>
#include <cstddef>
#include <numbers>

#include "base/errors.h"

namespace at2 {
namespace {

constexpr double kBeta1 = 0.9;
constexpr double kBeta2 = 0.999;
constexpr double kEpsilon = 1e-8;

}  // namespace

Adam::Adam(std::int64_t num_weights)
    : first_moment_(static_cast<std::size_t>(num_weights)), second_moment_(static_cast<std::size_t>(num_weights)) {}

void Adam::update(std::span<double> theta, std::span<const double> gradient, double learning_rate) {
  AT2_EXPECT(theta.size() == first_moment_.size() && gradient.size() == theta.size(), "one number per weight");
  ++updates_;
  const double count = static_cast<double>(updates_);
  const double correction1 = 1 - std::pow(kBeta1, count);
  const double correction2 = std::sqrt(1 - std::pow(kBeta2, count));
  for (std::size_t i = 0; i < theta.size(); ++i) {
    first_moment_[i] = kBeta1 * first_moment_[i] + (1 - kBeta1) * gradient[i];
    second_moment_[i] = kBeta2 * second_moment_[i] + (1 - kBeta2) * gradient[i] * gradient[i];
    const double spread = std::sqrt(second_moment_[i]) / correction2 + kEpsilon;
    theta[i] -= learning_rate / correction1 * first_moment_[i] / spread;
  }
}

double cosine_rate(double peak, std::int64_t step, std::int64_t num_steps) {
  AT2_EXPECT(step >= 0 && step < num_steps, "a step is one of num_steps");
  const double share = static_cast<double>(step) / static_cast<double>(num_steps);
  return peak * (1 + std::cos(std::numbers::pi * share)) / 2;
}

double clip_gradient(std::span<double> gradient, double max_norm) {
  double squares = 0;
  for (const double value : gradient) squares += value * value;
  const double norm = std::sqrt(squares);
  const double factor = max_norm / (norm + 1e-6);
  if (factor < 1) {
    for (double& value : gradient) value *= factor;
  }
  return norm;
}

}  // namespace at2
