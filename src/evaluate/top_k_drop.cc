#include "evaluate/top_k_drop.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/errors.h"

namespace at2 {

std::vector<std::int64_t> top_k(std::span<const double> scores_S, std::int64_t k) {
  AT2_EXPECT(k >= 0, "k is not negative");
  AT2_EXPECT(std::none_of(scores_S.begin(), scores_S.end(), [](double score) { return std::isnan(score); }),
             "scores are numbers");
  std::vector<std::int64_t> order(scores_S.size());
  std::iota(order.begin(), order.end(), std::int64_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::int64_t a, std::int64_t b) {
    return scores_S[static_cast<std::size_t>(a)] > scores_S[static_cast<std::size_t>(b)];
  });
  order.resize(std::min(order.size(), static_cast<std::size_t>(k)));
  return order;
}

std::vector<std::uint8_t> keep_all_but(std::span<const std::int64_t> hidden, std::int64_t num_sources) {
  AT2_EXPECT(num_sources >= 0, "a number of sources is not negative");
  std::vector<std::uint8_t> keep_S(static_cast<std::size_t>(num_sources), 1);
  for (const std::int64_t source : hidden) {
    AT2_EXPECT(source >= 0 && source < num_sources, "a hidden source exists");
    keep_S[static_cast<std::size_t>(source)] = 0;
  }
  return keep_S;
}

}  // namespace at2
