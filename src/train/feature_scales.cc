#include "train/feature_scales.h"

#include <algorithm>
#include <cstddef>

#include "base/errors.h"
#include "train/batch_gradient.h"

namespace at2 {

std::vector<TargetIndex> spread_targets(const FeatureSource& source) {
  std::int64_t all = 0;
  for (std::int64_t example = 0; example < source.num_examples(); ++example) all += source.num_targets(example);
  const std::int64_t count = std::min(all, kScaledTargets);
  std::vector<TargetIndex> chosen;
  std::int64_t seen = 0;
  for (std::int64_t example = 0; example < source.num_examples(); ++example) {
    for (std::int64_t target = 0; target < source.num_targets(example); ++target, ++seen) {
      // Those at which the line count / all passes the next whole number.
      if ((seen + 1) * count / all > seen * count / all) chosen.push_back({example, target});
    }
  }
  return chosen;
}

std::vector<double> feature_scales(const FeatureSource& source, std::int64_t num_features, std::int64_t num_kinds,
                                   Communicator& communicator) {
  AT2_EXPECT(num_kinds > 0 && num_features % num_kinds == 0, "every kind has as many features");
  const std::vector<TargetIndex> targets = spread_targets(source);
  AT2_EXPECT(!targets.empty(), "there is a target");
  // As in batch_gradient: one rank fills a row, the others add zeros to it, so that no sum depends on the ranks.
  const auto kinds = static_cast<std::size_t>(num_kinds);
  const std::int64_t width = num_features / num_kinds;
  std::vector<double> rows(targets.size() * kinds);
  const std::vector<TargetIndex> mine = share_of(targets, communicator);
  source.read_ahead(mine);
  for (const TargetIndex index : mine) {
    const auto place = static_cast<std::size_t>(std::find(targets.begin(), targets.end(), index) - targets.begin());
    const at::Tensor features_MF = source.target(index).features_MF;
    AT2_EXPECT(features_MF.size(1) == num_features, "features are [M, F]");
    for (std::size_t kind = 0; kind < kinds; ++kind) {
      const at::Tensor own = features_MF.narrow(1, static_cast<std::int64_t>(kind) * width, width);
      rows[place * kinds + kind] = own.to(at::kDouble).abs().mean().item<double>();
    }
  }
  communicator.all_reduce(buffer_of(std::span(rows)), Reduction::sum);
  std::vector<double> scales(static_cast<std::size_t>(num_features), 1.0);
  for (std::size_t kind = 0; kind < kinds; ++kind) {
    double sum = 0;
    for (std::size_t place = 0; place < targets.size(); ++place) sum += rows[place * kinds + kind];
    if (sum == 0) continue;
    const auto first = scales.begin() + static_cast<std::ptrdiff_t>(kind) * width;
    std::fill(first, first + width, static_cast<double>(targets.size()) / sum);
  }
  return scales;
}

}  // namespace at2
