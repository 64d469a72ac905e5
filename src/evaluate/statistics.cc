#include "evaluate/statistics.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "base/errors.h"

namespace at2 {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

bool is_constant(std::span<const double> values) {
  return std::all_of(values.begin(), values.end(), [&](double value) { return value == values.front(); });
}

bool has_nan(std::span<const double> values) {
  return std::any_of(values.begin(), values.end(), [](double value) { return std::isnan(value); });
}

/// Deviations from the mean, divided by their Euclidean norm.
std::vector<double> normalized_deviations(std::span<const double> values) {
  const double centre = mean(values);
  std::vector<double> deviations(values.begin(), values.end());
  double largest = 0;
  for (double& deviation : deviations) {
    deviation -= centre;
    largest = std::max(largest, std::abs(deviation));
  }
  // Scaled by the largest first: squares of tiny or huge values would leave the range of doubles.
  double sum_of_squares = 0;
  for (double& deviation : deviations) {
    deviation /= largest;
    sum_of_squares += deviation * deviation;
  }
  const double norm = std::sqrt(sum_of_squares);
  for (double& deviation : deviations) deviation /= norm;
  return deviations;
}

}  // namespace

double mean(std::span<const double> values) {
  AT2_EXPECT(!values.empty(), "a mean needs values");
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double standard_error(std::span<const double> values) {
  if (values.size() < 2) return kNaN;
  const double centre = mean(values);
  double sum_of_squares = 0;
  for (const double value : values) sum_of_squares += (value - centre) * (value - centre);
  const auto count = static_cast<double>(values.size());
  return std::sqrt(sum_of_squares / (count - 1) / count);
}

std::vector<double> average_ranks(std::span<const double> values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  std::vector<double> ranks(values.size());
  for (std::size_t first = 0; first < order.size();) {
    std::size_t last = first + 1;
    while (last < order.size() && values[order[last]] == values[order[first]]) ++last;
    const double shared = static_cast<double>(first + 1 + last) / 2;
    for (; first < last; ++first) ranks[order[first]] = shared;
  }
  return ranks;
}

double pearson(std::span<const double> x, std::span<const double> y) {
  AT2_EXPECT(x.size() == y.size(), "a correlation needs two inputs of one length");
  if (x.size() < 2 || has_nan(x) || has_nan(y) || is_constant(x) || is_constant(y)) return kNaN;
  const std::vector<double> unit_x = normalized_deviations(x);
  const std::vector<double> unit_y = normalized_deviations(y);
  return std::clamp(std::inner_product(unit_x.begin(), unit_x.end(), unit_y.begin(), 0.0), -1.0, 1.0);
}

double spearman(std::span<const double> x, std::span<const double> y) {
  AT2_EXPECT(x.size() == y.size(), "a correlation needs two inputs of one length");
  // A NaN has no rank, and would break the order that sorting needs.
  if (has_nan(x) || has_nan(y)) return kNaN;
  return pearson(average_ranks(x), average_ranks(y));
}

double quantile(std::span<const double> sorted, double probability) {
  AT2_EXPECT(!sorted.empty(), "a quantile needs values");
  AT2_EXPECT(probability >= 0 && probability <= 1, "a probability is between 0 and 1");
  const double position = probability * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(position);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (position - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

Interval bootstrap_interval(std::span<const double> values, std::int64_t num_samples, RandomStream stream,
                            double confidence) {
  AT2_EXPECT(!values.empty(), "a bootstrap needs values");
  AT2_EXPECT(num_samples > 0, "a bootstrap needs samples");
  AT2_EXPECT(confidence > 0 && confidence < 1, "a confidence is between 0 and 1");
  std::vector<double> means(static_cast<std::size_t>(num_samples));
  for (double& resampled : means) {
    double sum = 0;
    for (std::size_t draw = 0; draw < values.size(); ++draw) sum += values[stream.below(values.size())];
    resampled = sum / static_cast<double>(values.size());
  }
  std::sort(means.begin(), means.end());
  const double outside = (1 - confidence) / 2;
  return {quantile(means, outside), quantile(means, 1 - outside)};
}

std::optional<Estimate> estimate(std::span<const double> values, std::int64_t num_samples, RandomStream stream,
                                 double confidence) {
  if (values.empty()) return std::nullopt;
  const Interval interval = bootstrap_interval(values, num_samples, stream, confidence);
  return Estimate{mean(values), standard_error(values), interval.low, interval.high,
                  static_cast<std::int64_t>(values.size())};
}

std::optional<Estimate> paired_bootstrap(std::span<const double> a, std::span<const double> b, std::int64_t num_samples,
                                         RandomStream stream, double confidence) {
  AT2_EXPECT(a.size() == b.size(), "a paired difference needs the same examples on both sides");
  std::vector<double> differences(a.size());
  std::transform(a.begin(), a.end(), b.begin(), differences.begin(), std::minus<>());
  return estimate(differences, num_samples, stream, confidence);
}

std::optional<double> mean_of_defined(std::span<const std::optional<double>> values) {
  std::vector<double> defined;
  for (const std::optional<double>& value : values) {
    if (value) defined.push_back(*value);
  }
  if (defined.empty()) return std::nullopt;
  return mean(defined);
}

std::optional<std::pair<double, double>> means_of_both_defined(std::span<const std::optional<double>> a,
                                                               std::span<const std::optional<double>> b) {
  AT2_EXPECT(a.size() == b.size(), "both are of the same targets");
  std::vector<double> of_a;
  std::vector<double> of_b;
  for (std::size_t target = 0; target < a.size(); ++target) {
    if (!a[target] || !b[target]) continue;
    of_a.push_back(*a[target]);
    of_b.push_back(*b[target]);
  }
  if (of_a.empty()) return std::nullopt;
  return std::pair(mean(of_a), mean(of_b));
}

}  // namespace at2
