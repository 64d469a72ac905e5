#include "train/batch_gradient.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <cstddef>
#include <utility>

#include "base/errors.h"
#include "train/correlation_loss.h"
#include "train/feature_loops.h"

namespace at2 {
namespace {

/// Memory that a thread uses for one target after another.
struct Scratch {
  at::Tensor features_MF;
  std::vector<double> predictions_M;
  std::vector<float> weights_M;
};

/// The features of one target as float32: the store's own memory, or that of `scratch_MF` if they are converted.
at::Tensor as_float(const at::Tensor& stored_MF, at::Tensor& scratch_MF) {
  if (stored_MF.scalar_type() == at::kFloat) return stored_MF;
  if (!scratch_MF.defined() || scratch_MF.sizes() != stored_MF.sizes()) {
    scratch_MF = at::empty(stored_MF.sizes(), at::kFloat);
  }
  return scratch_MF.copy_(stored_MF);
}

/// Adds the gradient and, in the last place, the loss of one target to `row`, [F + 1].
void add_target(const FeatureSource& source, TargetIndex index, std::span<const double> theta_F, Scratch& scratch,
                std::span<double> row) {
  const auto [stored_MF, logit_probs_M] = source.target(index);
  const at::Tensor features_MF = as_float(stored_MF, scratch.features_MF);
  const std::size_t F = theta_F.size();
  AT2_EXPECT(features_MF.dim() == 2 && features_MF.size(1) == static_cast<std::int64_t>(F), "features are [M, F]");
  AT2_EXPECT(logit_probs_M.scalar_type() == at::kFloat && logit_probs_M.size(0) == features_MF.size(0),
             "logit-probs are [M] float32");
  const auto M = static_cast<std::size_t>(features_MF.size(0));
  const std::span<const float> features(features_MF.const_data_ptr<float>(), M * F);
  scratch.predictions_M.resize(M);
  predict_rows(features, theta_F, scratch.predictions_M);
  const CorrelationLoss loss = correlation_loss(scratch.predictions_M, {logit_probs_M.const_data_ptr<float>(), M});
  scratch.weights_M.assign(loss.gradient_M.begin(), loss.gradient_M.end());
  add_weighted_rows(features, scratch.weights_M, row.first(F));
  row[F] += loss.loss;
}

}  // namespace

BatchGradient batch_gradient(const FeatureSource& source, std::span<const TargetIndex> batch,
                             std::span<const double> theta_F, Communicator& communicator) {
  AT2_EXPECT(!batch.empty() && !theta_F.empty(), "a batch has targets, theta has weights");
  const std::size_t width = theta_F.size() + 1;
  std::vector<double> rows(static_cast<std::size_t>(kBatchBlocks) * width);
  at::parallel_for(0, kBatchBlocks, 1, [&](std::int64_t begin, std::int64_t end) {
    Scratch scratch;
    for (std::int64_t block = begin; block < end; ++block) {
      if (block % communicator.size() != communicator.rank()) continue;
      const std::span row(rows.data() + static_cast<std::size_t>(block) * width, width);
      for (const TargetIndex index : block_of(batch, block)) add_target(source, index, theta_F, scratch, row);
    }
  });
  communicator.all_reduce(buffer_of(std::span(rows)), Reduction::sum);

  std::vector<double> sum(width);
  for (std::size_t begin = 0; begin < rows.size(); begin += width) {
    for (std::size_t i = 0; i < width; ++i) sum[i] += rows[begin + i];
  }
  for (double& value : sum) value /= static_cast<double>(batch.size());
  const double loss = sum.back();
  sum.pop_back();
  return {loss, std::move(sum)};
}

std::span<const TargetIndex> block_of(std::span<const TargetIndex> batch, std::int64_t block) {
  const auto begin = batch.size() * static_cast<std::size_t>(block) / kBatchBlocks;
  const auto end = batch.size() * static_cast<std::size_t>(block + 1) / kBatchBlocks;
  return batch.subspan(begin, end - begin);
}

std::vector<TargetIndex> share_of(std::span<const TargetIndex> batch, const Communicator& communicator) {
  std::vector<TargetIndex> share;
  for (std::int64_t block = communicator.rank(); block < kBatchBlocks; block += communicator.size()) {
    const auto targets = block_of(batch, block);
    share.insert(share.end(), targets.begin(), targets.end());
  }
  return share;
}

}  // namespace at2
