/// \file train/feature_index.h
/// \brief Where the features of every example lie in the ablation shards.
#pragma once

#include <ATen/ATen.h>

#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

#include "comm/communicator.h"

namespace at2 {

/// An example that was measured. 32 bytes each are all that a rank holds of examples that it does not read.
struct ExamplePlace {
  /// Position in the list of shards, and number of the group in it.
  std::int32_t shard = 0;
  std::int32_t num_targets = 0;
  std::int64_t number = 0;
  /// Bytes of the file where the rows of its first target begin; -1 if only HDF5 can read them, as in shards of at2
  /// 0.1.0.
  std::int64_t features = -1;
  std::int64_t logit_probs = -1;
};

/// All examples that were measured, in the order of shards and of their numbers.
struct FeatureIndex {
  at::ScalarType dtype = at::kFloat;
  std::int64_t num_ablations = 0;
  std::int64_t num_features = 0;
  std::vector<ExamplePlace> examples;
};

/// Reads the index of `shards`, each rank that of its share of the files; no features are read. \collective
/// \throws AgreedError if a shard is damaged or holds features of another shape or dtype than the others
[[nodiscard]] FeatureIndex read_feature_index(std::span<const std::filesystem::path> shards,
                                              Communicator& communicator);

}  // namespace at2
