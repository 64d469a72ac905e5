#include "train/sparse_heads.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>

#include "base/errors.h"
#include "train/batch_gradient.h"
#include "train/feature_scales.h"

namespace at2 {
namespace {

/// Adds up the magnitudes of one target's features over its ablations. \return how many ablations
double add_magnitudes(const at::Tensor& stored_MF, std::span<double> sum_F) {
  const at::Tensor features_MF = stored_MF.to(at::kFloat);
  AT2_EXPECT(features_MF.size(1) == static_cast<std::int64_t>(sum_F.size()), "features are [M, F]");
  const float* value = features_MF.const_data_ptr<float>();
  for (std::int64_t m = 0; m < features_MF.size(0); ++m) {
    for (double& sum : sum_F) sum += std::abs(static_cast<double>(*value++));
  }
  return static_cast<double>(features_MF.size(0));
}

}  // namespace

bool trains_twice(const TrainOptions& options, std::int64_t all_heads) {
  return options.sparse_heads > 0 && options.sparse_heads < all_heads;
}

std::vector<double> feature_magnitudes(const FeatureSource& source, std::int64_t num_features,
                                       Communicator& communicator) {
  const std::vector<TargetIndex> targets = spread_targets(source);
  AT2_EXPECT(!targets.empty() && num_features > 0, "there are targets and features");
  source.read_ahead(share_of(targets, communicator));
  // As in batch_gradient: one rank fills a block's row, the others add zeros to it, so that no sum depends on the
  // ranks. Behind the features stands the number of ablations.
  const std::size_t width = static_cast<std::size_t>(num_features) + 1;
  std::vector<double> rows(static_cast<std::size_t>(kBatchBlocks) * width);
  at::parallel_for(0, kBatchBlocks, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t block = begin; block < end; ++block) {
      if (block % communicator.size() != communicator.rank()) continue;
      const std::span row(rows.data() + static_cast<std::size_t>(block) * width, width);
      for (const TargetIndex index : block_of(targets, block)) {
        row.back() += add_magnitudes(source.target(index).features_MF, row.first(width - 1));
      }
    }
  });
  communicator.all_reduce(buffer_of(std::span(rows)), Reduction::sum);
  std::vector<double> mean_F(width);
  for (std::size_t i = 0; i < rows.size(); ++i) mean_F[i % width] += rows[i];
  const double ablations = mean_F.back();
  mean_F.pop_back();
  for (double& mean : mean_F) mean /= ablations;
  return mean_F;
}

std::vector<double> head_strengths(std::span<const double> theta_F, std::span<const double> magnitude_F,
                                   std::int64_t all_heads) {
  const auto heads = static_cast<std::size_t>(all_heads);
  AT2_EXPECT(theta_F.size() == magnitude_F.size() && heads > 0 && theta_F.size() % heads == 0,
             "every head has as many features");
  std::vector<double> strengths(heads);
  for (std::size_t f = 0; f < theta_F.size(); ++f) strengths[f % heads] += std::abs(theta_F[f]) * magnitude_F[f];
  return strengths;
}

std::vector<std::int64_t> strongest_heads(std::span<const double> strengths, std::int64_t count) {
  AT2_EXPECT(count > 0, "heads are asked for");
  std::vector<std::int64_t> heads(strengths.size());
  std::iota(heads.begin(), heads.end(), std::int64_t{0});
  const auto strength = [&](std::int64_t head) { return strengths[static_cast<std::size_t>(head)]; };
  std::stable_sort(heads.begin(), heads.end(), [&](auto a, auto b) { return strength(a) > strength(b); });
  heads.resize(static_cast<std::size_t>(std::min<std::int64_t>(count, std::ssize(heads))));
  std::sort(heads.begin(), heads.end());
  return heads;
}

std::vector<std::int64_t> features_of(std::span<const std::int64_t> heads, std::int64_t all_heads,
                                      std::int64_t num_kinds) {
  std::vector<std::int64_t> features;
  for (std::int64_t kind = 0; kind < num_kinds; ++kind) {
    for (const std::int64_t head : heads) features.push_back(kind * all_heads + head);
  }
  return features;
}

std::vector<std::int64_t> weighed_heads(const ScoreEstimator& estimator) {
  const at::Tensor weight_F = estimator.weight();
  const float* const weights = weight_F.const_data_ptr<float>();
  const std::int64_t all_heads = estimator.num_layers() * estimator.num_heads();
  std::vector<std::int64_t> heads;
  for (std::int64_t head = 0; head < all_heads; ++head) {
    bool weighed = false;
    for (std::int64_t f = head; f < estimator.num_features(); f += all_heads) weighed = weighed || weights[f] != 0;
    if (weighed) heads.push_back(head);
  }
  return heads;
}

}  // namespace at2
