/// \file ablation/ablation_pack.h
/// \brief Ablated sequences as packs: hidden tokens are dropped, the others keep their positions, and sequences share
/// the rows of their common beginnings (a prefix trie).
#pragma once

#include <ATen/ATen.h>

#include <cstdint>
#include <vector>

#include "ablation/attribution_task.h"
#include "model/language_model.h"

namespace at2 {

/// Masks that share a pack at most.
inline constexpr std::int64_t masks_per_block = 32;
/// On a CPU a block of masks is cut where it would have more rows than this.
inline constexpr std::int64_t max_pack_rows = 12288;

/// Token positions that a mask keeps visible, in order, up to needed_length(task).
[[nodiscard]] std::vector<std::int64_t> kept_positions(const AttributionTask& task, const std::uint8_t* keep_S);

/// A pack of M sequences, with the rows that predict the target tokens wanted, sequence by sequence: W = M U.
[[nodiscard]] Pack ablation_pack(const AttributionTask& task,
                                 const std::vector<std::vector<std::int64_t>>& positions_of_sequences);

}  // namespace at2
