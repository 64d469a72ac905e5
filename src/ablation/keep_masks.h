/// \file ablation/keep_masks.h
/// \brief Which sources an ablation keeps (paper, section 3.2: each with probability 1/2).
#pragma once

#include <ATen/ATen.h>

#include <cstdint>
#include <string_view>

#include "config/options.h"

namespace at2 {

/// What a set of masks is for; the streams of different purposes are independent.
enum class MaskPurpose { training, surrogate, evaluation };

struct MaskOptions {
  std::int64_t num_ablations = 32;
  double keep_probability = 0.5;
  MaskSeeding seeding = MaskSeeding::per_example;
  std::uint64_t seed = 1;
  MaskPurpose purpose = MaskPurpose::training;
  MaskDesign design = MaskDesign::independent;
};

/// Random masks keep_MS, uint8, 1 = kept. With `per_example` seeding mask j is a function of (seed, purpose, example,
/// number of sources, j); with `reference` it is numpy's RandomState(j).choice, the same for every example and purpose.
/// Of an antithetic pair (2 i, 2 i + 1) the second is the complement of the first. The first m masks are the same
/// however many are asked for.
[[nodiscard]] at::Tensor random_keep_masks(std::string_view example_id, std::int64_t num_sources,
                                           const MaskOptions& options);

/// S masks [S, S], mask s hides source s alone.
[[nodiscard]] at::Tensor leave_one_out_masks(std::int64_t num_sources);

}  // namespace at2
