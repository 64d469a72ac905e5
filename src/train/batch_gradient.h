/// \file train/batch_gradient.h
/// \brief Loss and gradient of a batch, equal to the bit for any number of ranks and threads.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "comm/communicator.h"
#include "train/feature_source.h"

namespace at2 {

/// Mean loss of a batch and d loss / d theta.
struct BatchGradient {
  double loss = 0;
  std::vector<double> gradient_F;
};

/// A batch is cut into this many blocks, whatever the number of ranks.
inline constexpr std::int64_t kBatchBlocks = 64;

/// Mean over the batch of the correlation loss of <theta, features>, and its gradient. \collective
///
/// Block b of the batch is computed by rank b % size() alone and put into its own row of a [blocks, F + 1] float64
/// buffer; the other ranks hold zeros there, and x + 0 is exact, so that the all-reduce gives the same bits whatever
/// the rank count and reduction order. Then every rank sums the rows in order.
/// \pre the batch and theta are equal on all ranks and not empty
[[nodiscard]] BatchGradient batch_gradient(const FeatureSource& source, std::span<const TargetIndex> batch,
                                           std::span<const double> theta_F, Communicator& communicator);

/// The targets of one of the kBatchBlocks blocks: an equal share of the batch, in order.
[[nodiscard]] std::span<const TargetIndex> block_of(std::span<const TargetIndex> batch, std::int64_t block);

/// The targets of a batch that this rank computes, in the order of the batch.
[[nodiscard]] std::vector<TargetIndex> share_of(std::span<const TargetIndex> batch, const Communicator& communicator);

}  // namespace at2
