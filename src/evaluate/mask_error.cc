#include "evaluate/mask_error.h"

#include <cmath>

#include "base/errors.h"
#include "evaluate/statistics.h"

namespace at2 {
namespace {

/// The LDS of an example on the given masks; nothing if no target has one.
std::optional<double> mean_correlation(const std::vector<std::vector<double>>& predictions_GM,
                                       const std::vector<std::vector<double>>& measured_GM,
                                       std::span<const std::size_t> masks) {
  std::vector<double> predicted(masks.size());
  std::vector<double> measured(masks.size());
  std::vector<std::optional<double>> correlations;
  for (std::size_t g = 0; g < predictions_GM.size(); ++g) {
    for (std::size_t draw = 0; draw < masks.size(); ++draw) {
      predicted[draw] = predictions_GM[g][masks[draw]];
      measured[draw] = measured_GM[g][masks[draw]];
    }
    const double correlation = spearman(predicted, measured);
    if (!std::isnan(correlation)) correlations.emplace_back(correlation);
  }
  return mean_of_defined(correlations);
}

}  // namespace

std::optional<double> lds_mask_error(const std::vector<std::vector<double>>& predictions_GM,
                                     const std::vector<std::vector<double>>& measured_GM, std::int64_t num_samples,
                                     RandomStream stream) {
  AT2_EXPECT(!predictions_GM.empty() && predictions_GM.size() == measured_GM.size(), "both are of the same targets");
  AT2_EXPECT(num_samples >= 2, "a deviation needs two samples");
  const std::size_t num_masks = measured_GM.front().size();
  for (std::size_t g = 0; g < predictions_GM.size(); ++g) {
    AT2_EXPECT(predictions_GM[g].size() == num_masks && measured_GM[g].size() == num_masks, "one value per mask");
  }
  std::vector<double> resampled;
  std::vector<std::size_t> masks(num_masks);
  for (std::int64_t sample = 0; sample < num_samples; ++sample) {
    for (std::size_t& mask : masks) mask = stream.below(num_masks);
    if (const auto value = mean_correlation(predictions_GM, measured_GM, masks)) resampled.push_back(*value);
  }
  if (resampled.size() < 2) return std::nullopt;
  // The deviation of one resample, not of their mean.
  return standard_error(resampled) * std::sqrt(static_cast<double>(resampled.size()));
}

std::optional<double> error_of_mean(std::span<const double> errors) {
  if (errors.empty()) return std::nullopt;
  double sum_of_squares = 0;
  for (const double error : errors) sum_of_squares += error * error;
  return std::sqrt(sum_of_squares) / static_cast<double>(errors.size());
}

}  // namespace at2
