#include "train/batch_gradient.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <cstddef>
#include <utility>

#include "base/errors.h"
#include "base/random.h"
#include "train/correlation_loss.h"
#include "train/fixed_order.h"

namespace at2 {
namespace {

/// sum_m weights[m] * features[m, :] in float32, in the order of m (why float32: docs/decisions/0007).
std::vector<float> weighted_sum(std::span<const double> weights_M, std::span<const float> features_MF, std::size_t F) {
  std::vector<float> sum_F(F);
  for (std::size_t m = 0; m < weights_M.size(); ++m) {
    const auto weight = static_cast<float>(weights_M[m]);
    const std::span<const float> features_F = features_MF.subspan(m * F, F);
    for (std::size_t f = 0; f < F; ++f) sum_F[f] += weight * features_F[f];
  }
  return sum_F;
}

/// Adds the gradient and, in the last place, the loss of one target to `row`, [F + 1].
void add_target(const FeatureSource& source, TargetIndex index, std::span<const double> theta_F,
                std::span<double> row) {
  const at::Tensor features_MF = source.features_GMF(index.example).select(0, index.target).to(at::kFloat).contiguous();
  const at::Tensor logit_probs_M = source.logit_probs_GM(index.example).select(0, index.target).contiguous();
  const auto M = static_cast<std::size_t>(features_MF.size(0));
  const std::size_t F = theta_F.size();
  AT2_EXPECT(features_MF.dim() == 2 && features_MF.size(1) == static_cast<std::int64_t>(F), "features are [G, M, F]");
  AT2_EXPECT(logit_probs_M.scalar_type() == at::kFloat && logit_probs_M.size(0) == features_MF.size(0),
             "logit-probs are [G, M] float32");
  const std::span<const float> features(features_MF.const_data_ptr<float>(), M * F);
  std::vector<double> predictions_M;
  for (std::size_t m = 0; m < M; ++m) predictions_M.push_back(fixed_order_dot(features.subspan(m * F, F), theta_F));
  const CorrelationLoss loss = correlation_loss(predictions_M, {logit_probs_M.const_data_ptr<float>(), M});
  const std::vector<float> gradient_F = weighted_sum(loss.gradient_M, features, F);
  for (std::size_t f = 0; f < F; ++f) row[f] += static_cast<double>(gradient_F[f]);
  row[F] += loss.loss;
}

/// The targets of block b: an equal share of the batch, in order.
std::span<const TargetIndex> block_of(std::span<const TargetIndex> batch, std::int64_t block) {
  const auto begin = batch.size() * static_cast<std::size_t>(block) / kBatchBlocks;
  const auto end = batch.size() * static_cast<std::size_t>(block + 1) / kBatchBlocks;
  return batch.subspan(begin, end - begin);
}

}  // namespace

BatchGradient batch_gradient(const FeatureSource& source, std::span<const TargetIndex> batch,
                             std::span<const double> theta_F, Communicator& communicator) {
  AT2_EXPECT(!batch.empty() && !theta_F.empty(), "a batch has targets, theta has weights");
  const std::size_t width = theta_F.size() + 1;
  std::vector<double> rows(static_cast<std::size_t>(kBatchBlocks) * width);
  at::parallel_for(0, kBatchBlocks, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t block = begin; block < end; ++block) {
      if (block % communicator.size() != communicator.rank()) continue;
      const std::span row(rows.data() + static_cast<std::size_t>(block) * width, width);
      for (const TargetIndex index : block_of(batch, block)) add_target(source, index, theta_F, row);
    }
  });
  communicator.all_reduce(buffer_of(std::span(rows)), Reduction::sum);

  std::vector<double> sum(width);
  for (std::size_t i = 0; i < rows.size(); ++i) sum[i % width] += rows[i];
  for (double& value : sum) value /= static_cast<double>(batch.size());
  const double loss = sum.back();
  sum.pop_back();
  return {loss, std::move(sum)};
}

std::vector<TargetIndex> draw_batch(const FeatureSource& source, std::int64_t batch_size, std::uint64_t seed,
                                    std::int64_t step) {
  AT2_EXPECT(batch_size > 0, "a batch has targets");
  std::vector<std::int64_t> eligible;
  for (std::int64_t example = 0; example < source.num_examples(); ++example) {
    if (source.num_targets(example) > 0) eligible.push_back(example);
  }
  RandomStream random(seed, "batch", {static_cast<std::uint64_t>(step)});
  const std::vector<std::int64_t> order = random.permutation(static_cast<std::int64_t>(eligible.size()));
  const std::size_t count = std::min(order.size(), static_cast<std::size_t>(batch_size));
  std::vector<TargetIndex> batch;
  for (std::size_t i = 0; i < count; ++i) {
    const std::int64_t example = eligible[static_cast<std::size_t>(order[i])];
    const auto targets = static_cast<std::uint64_t>(source.num_targets(example));
    batch.push_back({example, static_cast<std::int64_t>(random.below(targets))});
  }
  return batch;
}

}  // namespace at2
