#include "train/shard_features.h"

#include <algorithm>
#include <cstddef>
#include <mutex>
#include <string>
#include <utility>

#include "base/errors.h"
#include "store/hdf5_reader.h"
#include "store/row_file.h"
#include "store/shard.h"

namespace at2 {
namespace {

std::span<std::byte> bytes_of(at::Tensor& tensor) {
  return {static_cast<std::byte*>(tensor.mutable_data_ptr()), tensor.nbytes()};
}

/// Rows that HDF5 alone can read. It reads all targets of the example.
TargetFeatures read_by_hdf5(const std::filesystem::path& path, std::int64_t number, std::int64_t target) {
  // HDF5 allows one thread of a process.
  static std::mutex hdf5;
  const std::lock_guard lock(hdf5);
  const Hdf5Reader reader(path);
  const std::string group = example_group(number);
  return {reader.read(group + "/features_GMF").select(0, target).clone(),
          reader.read(group + "/logit_probs_GM").select(0, target).clone()};
}

}  // namespace

ShardFeatures::ShardFeatures(std::vector<std::filesystem::path> shards, const ShardReading& reading,
                             Communicator& communicator)
    : shards_(std::move(shards)),
      reading_(reading),
      index_(read_feature_index(shards_, communicator)),
      features_bytes_(index_.num_ablations * index_.num_features *
                      static_cast<std::int64_t>(c10::elementSize(index_.dtype))),
      logit_probs_bytes_(index_.num_ablations * static_cast<std::int64_t>(sizeof(float))) {}

std::int64_t ShardFeatures::num_targets(std::int64_t example) const {
  return index_.examples.at(static_cast<std::size_t>(example)).num_targets;
}

TargetFeatures ShardFeatures::target(TargetIndex index) const {
  for (const Targets* held : {&current_, &cache_}) {
    if (const auto found = held->find(index); found != held->end()) return found->second;
  }
  return read(index);
}

void ShardFeatures::read_ahead(std::span<const TargetIndex> targets) const {
  finish_reading();
  if (reading_.readers == 0) return;
  std::vector<TargetIndex> missing;
  for (const TargetIndex index : targets) {
    if (!cache_.contains(index)) missing.push_back(index);
  }
  // In the order of the files, and each reader a part of them.
  std::sort(missing.begin(), missing.end());
  const std::size_t readers = std::min(missing.size(), static_cast<std::size_t>(reading_.readers));
  for (std::size_t r = 0; r < readers; ++r) {
    const auto begin = missing.begin() + static_cast<std::ptrdiff_t>(missing.size() * r / readers);
    const auto end = missing.begin() + static_cast<std::ptrdiff_t>(missing.size() * (r + 1) / readers);
    coming_.push_back(std::async(std::launch::async, [this, part = std::vector<TargetIndex>(begin, end)] {
      Targets values;
      for (const TargetIndex index : part) values.emplace(index, read(index));
      return values;
    }));
  }
}

void ShardFeatures::finish_reading() const {
  current_.clear();
  for (std::future<Targets>& part : coming_) {
    Targets values = part.get();
    while (!values.empty() && cached_bytes_ + target_bytes() <= reading_.cache_bytes) {
      cache_.insert(values.extract(values.begin()));
      cached_bytes_ += target_bytes();
    }
    current_.merge(values);
  }
  coming_.clear();
}

TargetFeatures ShardFeatures::read(TargetIndex index) const {
  const ExamplePlace& place = index_.examples.at(static_cast<std::size_t>(index.example));
  AT2_EXPECT(index.target >= 0 && index.target < place.num_targets, "the example has such a target");
  if (place.features >= 0) return read_rows(index, place);
  return read_by_hdf5(shards_[static_cast<std::size_t>(place.shard)], place.number, index.target);
}

TargetFeatures ShardFeatures::read_rows(TargetIndex index, const ExamplePlace& place) const {
  TargetFeatures values{at::empty({index_.num_ablations, index_.num_features}, index_.dtype),
                        at::empty({index_.num_ablations}, at::kFloat)};
  const RowFile file(shards_[static_cast<std::size_t>(place.shard)]);
  file.read(place.features + index.target * row_stride(features_bytes_), bytes_of(values.features_MF));
  file.read(place.logit_probs + index.target * row_stride(logit_probs_bytes_), bytes_of(values.logit_probs_M));
  return values;
}

}  // namespace at2
