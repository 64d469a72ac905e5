/// \file ablation/block_plan.h
/// \brief Which ablated sequences are measured, and in which packs.
#pragma once

#include <ATen/ATen.h>

#include <cstdint>
#include <vector>

#include "ablation/attribution_task.h"

namespace at2 {

/// Token positions of one ablated sequence, in order.
using KeptPositions = std::vector<std::int64_t>;

/// Sequences are numbered from 0 in the order of the blocks.
struct BlockPlan {
  /// The sequences of each pack; none is empty, and no sequence is there twice.
  std::vector<std::vector<KeptPositions>> blocks;
  /// For each mask the number of the sequence that it takes its result from: [M]. Sequences are numbered as masks first
  /// need them, so that the first m masks need the sequences up to the largest number among them.
  std::vector<std::int64_t> sequence_of_M;
};

/// Plans the measuring of the masks keep_MS (uint8, 1 = kept, contiguous).
///
/// Masks that keep the same tokens are measured once, with the first of them. A block holds the sequences that are new
/// in `masks_per_block` consecutive masks, and is cut where they would have more than `max_rows` rows before sharing
/// (one sequence may have more). So the packs of the first m masks, m a multiple of `masks_per_block`, are the same
/// however many masks follow.
[[nodiscard]] BlockPlan plan_blocks(const AttributionTask& task, const at::Tensor& keep_MS, std::int64_t max_rows);

}  // namespace at2
