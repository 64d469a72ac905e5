#include "attribute/telling_heads.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>

namespace at2 {

std::vector<std::int64_t> telling_heads(const ScoreEstimator& estimator, std::int64_t count) {
  const at::Tensor weight_F = estimator.weight();
  const std::span<const float> weights(weight_F.const_data_ptr<float>(), static_cast<std::size_t>(weight_F.numel()));
  const auto weight = [&](std::int64_t f) { return weights[static_cast<std::size_t>(f)]; };
  std::vector<std::int64_t> order(weights.size());
  std::iota(order.begin(), order.end(), std::int64_t{0});
  std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return weight(a) > weight(b); });
  const auto others = order.begin() + std::min<std::ptrdiff_t>(count, std::ssize(order));
  std::sort(others, order.end(),
            [&](auto a, auto b) { return std::pair(std::abs(weight(a)), a) < std::pair(std::abs(weight(b)), b); });
  order.resize(static_cast<std::size_t>(std::min<std::int64_t>(2 * count, std::ssize(order))));
  return order;
}

}  // namespace at2
