/// \file train/adam.h
/// \brief The optimiser of the score estimator (paper, appendix A): Adam, cosine schedule, clipping.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace at2 {

/// Adam with betas 0.9 and 0.999, epsilon 1e-8, bias correction, no weight decay, in float64.
class Adam {
 public:
  explicit Adam(std::int64_t num_weights);
  /// One update of `theta` in place. \pre both spans have num_weights numbers
  void update(std::span<double> theta, std::span<const double> gradient, double learning_rate);

 private:
  std::vector<double> first_moment_;
  std::vector<double> second_moment_;
  std::int64_t updates_ = 0;
};

/// Learning rate of `step` (from 0): from `peak` at step 0 along half a cosine to 0 after the last of `num_steps`.
[[nodiscard]] double cosine_rate(double peak, std::int64_t step, std::int64_t num_steps);

/// Scales `gradient` by max_norm / (norm + 1e-6) if that is below 1. \return its L2 norm before
double clip_gradient(std::span<double> gradient, double max_norm);

}  // namespace at2
