/// \file evaluate/statistics.h
/// \brief Ranks, correlations, standard errors and bootstrap intervals, in float64.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "base/random.h"

namespace at2 {

/// A mean over examples with its uncertainty.
struct Estimate {
  double mean = 0;
  /// Standard deviation (ddof 1) / sqrt(count); NaN for one value.
  double standard_error = 0;
  /// Bootstrap interval, of 95 % unless another confidence was asked for.
  double low = 0;
  double high = 0;
  /// Number of examples.
  std::int64_t count = 0;
};

/// A percentile interval.
struct Interval {
  double low = 0;
  double high = 0;
};

inline constexpr double kConfidence = 0.95;

/// Arithmetic mean. \pre values is not empty
[[nodiscard]] double mean(std::span<const double> values);

/// Standard error of the mean: standard deviation with ddof 1 over sqrt(n). NaN for fewer than two values.
[[nodiscard]] double standard_error(std::span<const double> values);

/// Ranks 1..n; equal values share the average of their ranks, 0 and -0 are equal.
[[nodiscard]] std::vector<double> average_ranks(std::span<const double> values);

/// Pearson correlation, within [-1, 1]. NaN if either input is constant, has a NaN, or has fewer than two values.
/// \pre equal lengths
[[nodiscard]] double pearson(std::span<const double> x, std::span<const double> y);

/// Spearman correlation: Pearson correlation of average ranks. NaN where `pearson` is. \pre equal lengths
[[nodiscard]] double spearman(std::span<const double> x, std::span<const double> y);

/// The quantile of sorted values by linear interpolation between the two nearest (numpy's default).
/// \pre sorted ascending, not empty; 0 <= probability <= 1
[[nodiscard]] double quantile(std::span<const double> sorted, double probability);

/// Percentile bootstrap interval of the mean: `num_samples` times, as many values are drawn with replacement.
/// \param stream      by value: the interval is a function of the values and the stream's keys alone
/// \param confidence  share of the resampled means that lie in the interval
/// \pre values is not empty, num_samples > 0, 0 < confidence < 1
[[nodiscard]] Interval bootstrap_interval(std::span<const double> values, std::int64_t num_samples, RandomStream stream,
                                          double confidence = kConfidence);

/// Mean, standard error and bootstrap interval over examples. Nothing for no values.
[[nodiscard]] std::optional<Estimate> estimate(std::span<const double> values, std::int64_t num_samples,
                                               RandomStream stream, double confidence = kConfidence);

/// The mean of a minus b over the same examples, which are resampled in pairs: a difference is taken as real if its
/// interval excludes 0. Nothing for no examples. \pre equal lengths
[[nodiscard]] std::optional<Estimate> paired_bootstrap(std::span<const double> a, std::span<const double> b,
                                                       std::int64_t num_samples, RandomStream stream,
                                                       double confidence = kConfidence);

/// Mean over the targets of one example that have a value; nothing if none has.
/// The first of the two means of the paper's figures: over targets within an example, then over examples.
[[nodiscard]] std::optional<double> mean_of_defined(std::span<const std::optional<double>> values);

/// The same for two methods on one example, over the targets that have a value from both. \pre equal lengths
[[nodiscard]] std::optional<std::pair<double, double>> means_of_both_defined(std::span<const std::optional<double>> a,
                                                                             std::span<const std::optional<double>> b);

}  // namespace at2
