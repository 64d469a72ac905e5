/// \file train/shard_features.h
/// \brief The training set in its shards: a step reads what it needs, and memory does not grow with the set.
#pragma once

#include <cstdint>
#include <filesystem>
#include <future>
#include <map>
#include <vector>

#include "comm/communicator.h"
#include "train/feature_index.h"
#include "train/feature_source.h"

namespace at2 {

/// What a rank may hold, and how it reads. Changes no value.
struct ShardReading {
  /// Targets that have been read are kept up to so many bytes.
  std::int64_t cache_bytes = 0;
  /// Threads that read the next batch during a step; 0 = what a step needs is read when it asks.
  int readers = 4;
};

/// Features and logit-probs in ablation shards. Holds the index (FeatureIndex), at most two batches and the cache.
///
/// The cache fills with the first targets that are read and then stays as it is: batches are drawn at random, so that
/// no target is likelier than another to be wanted next, and any choice of targets hits as often.
class ShardFeatures final : public FeatureSource {
 public:
  /// Reads the index. \collective
  /// \throws AgreedError as read_feature_index()
  ShardFeatures(std::vector<std::filesystem::path> shards, const ShardReading& reading, Communicator& communicator);
  ~ShardFeatures() override = default;

  [[nodiscard]] std::int64_t num_examples() const override { return std::ssize(index_.examples); }
  [[nodiscard]] std::int64_t num_targets(std::int64_t example) const override;
  /// \throws UserError if a shard is gone or damaged
  [[nodiscard]] TargetFeatures target(TargetIndex index) const override;
  /// \throws UserError if what it was told of before cannot be read
  void read_ahead(std::span<const TargetIndex> targets) const override;

  /// Bytes of targets in the cache.
  [[nodiscard]] std::int64_t cached_bytes() const noexcept { return cached_bytes_; }
  /// Bytes of one target in the files.
  [[nodiscard]] std::int64_t target_bytes() const noexcept { return features_bytes_ + logit_probs_bytes_; }

 private:
  using Targets = std::map<TargetIndex, TargetFeatures>;

  [[nodiscard]] TargetFeatures read(TargetIndex index) const;
  [[nodiscard]] TargetFeatures read_rows(TargetIndex index, const ExamplePlace& place) const;
  /// Waits for what is being read, and keeps it.
  void finish_reading() const;

  std::vector<std::filesystem::path> shards_;
  ShardReading reading_;
  FeatureIndex index_;
  std::int64_t features_bytes_;
  std::int64_t logit_probs_bytes_;
  // What is in memory is no part of the value. Changed by read_ahead() alone.
  mutable Targets cache_;
  mutable Targets current_;
  mutable std::int64_t cached_bytes_ = 0;
  // Last, so that its threads end before what they use.
  mutable std::vector<std::future<Targets>> coming_;
};

}  // namespace at2
