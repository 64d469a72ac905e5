#include "train/feature_index.h"

#include <algorithm>
#include <cstddef>
#include <string>

#include "base/errors.h"
#include "comm/agree.h"
#include "store/shard.h"

namespace at2 {
namespace {

/// Dtype, M and F, as numbers that ranks can exchange; all 0 where there is nothing to train on.
struct FeatureShape {
  std::int64_t dtype = 0;
  std::int64_t num_ablations = 0;
  std::int64_t num_features = 0;
  bool operator==(const FeatureShape&) const = default;
};

std::string to_text(const FeatureShape& shape) {
  return std::to_string(shape.num_ablations) + " x " + std::to_string(shape.num_features) + " " +
         c10::toString(static_cast<at::ScalarType>(shape.dtype));
}

/// The examples of some shards and the shape that they share.
struct PartialIndex {
  FeatureShape shape;
  std::vector<ExamplePlace> examples;
};

void require_same(const FeatureShape& first, const FeatureShape& other, const std::string& where) {
  if (first == other) return;
  throw UserError(where + " cannot be used for training",
                  "its features are " + to_text(other) + ", those of other examples " + to_text(first),
                  "delete this file and run the same command again");
}

/// Groups of a shard in the order of their numbers, which have six digits or more.
std::vector<std::string> groups_of(const ShardReader& shard) {
  std::vector<std::string> names = shard.children("examples");
  std::sort(names.begin(), names.end(), [](const std::string& a, const std::string& b) {
    return a.size() != b.size() ? a.size() < b.size() : a < b;
  });
  return names;
}

void add_example(const ShardReader& shard, std::int32_t position, const std::string& name, PartialIndex& index) {
  const std::string group = "examples/" + name;
  if (!shard.text_attribute(group, "skipped").empty()) return;
  const StoredRows features = shard.rows(group + "/features_GMF");
  const StoredRows logit_probs = shard.rows(group + "/logit_probs_GM");
  const bool fits = features.shape.size() == 3 && logit_probs.shape.size() == 2 &&
                    features.shape[0] == logit_probs.shape[0] && features.shape[1] == logit_probs.shape[1] &&
                    logit_probs.dtype == at::kFloat && (features.dtype == at::kFloat || features.dtype == at::kHalf);
  if (!fits) {
    throw UserError(shard.path().string() + ": " + group + " is damaged",
                    "its features and logit-probs are not of the same targets and ablations",
                    "delete this file and run the same command again");
  }
  ExamplePlace place{position, static_cast<std::int32_t>(features.shape[0]), std::stoll(name), -1, -1};
  if (place.num_targets > 0) {
    const FeatureShape shape{static_cast<std::int64_t>(features.dtype), features.shape[1], features.shape[2]};
    if (index.shape == FeatureShape{}) index.shape = shape;
    require_same(index.shape, shape, shard.path().string() + ": " + group);
  }
  if (features.first && logit_probs.first) {
    place.features = *features.first;
    place.logit_probs = *logit_probs.first;
  }
  index.examples.push_back(place);
}

PartialIndex read_share(std::span<const std::filesystem::path> shards, const Communicator& communicator) {
  PartialIndex index;
  const auto stride = static_cast<std::size_t>(communicator.size());
  for (auto i = static_cast<std::size_t>(communicator.rank()); i < shards.size(); i += stride) {
    const ShardReader shard(shards[i]);
    for (const std::string& name : groups_of(shard)) add_example(shard, static_cast<std::int32_t>(i), name, index);
  }
  return index;
}

/// How many examples of each shard are in `examples` of any rank. \collective
std::vector<std::int64_t> count_examples(const std::vector<ExamplePlace>& mine, std::size_t num_shards,
                                         Communicator& communicator) {
  std::vector<std::int64_t> counts(num_shards);
  for (const ExamplePlace& place : mine) ++counts[static_cast<std::size_t>(place.shard)];
  communicator.all_reduce(buffer_of(std::span(counts)), Reduction::sum);
  return counts;
}

/// The examples of all ranks, in the order of shards. Their bytes are added to zeros: no sum carries. \collective
std::vector<ExamplePlace> gather_examples(const std::vector<ExamplePlace>& mine, std::size_t num_shards,
                                          Communicator& communicator) {
  std::size_t total = 0;
  std::vector<std::size_t> next;
  for (const std::int64_t count : count_examples(mine, num_shards, communicator)) {
    next.push_back(total);
    total += static_cast<std::size_t>(count);
  }
  // Zero where another rank's examples belong.
  std::vector<ExamplePlace> all(total, ExamplePlace{0, 0, 0, 0, 0});
  for (const ExamplePlace& place : mine) all[next[static_cast<std::size_t>(place.shard)]++] = place;
  auto* const first = reinterpret_cast<std::uint8_t*>(all.data());
  communicator.all_reduce(buffer_of(std::span(first, total * sizeof(ExamplePlace))), Reduction::sum);
  return all;
}

/// The one shape of all ranks that have one. \collective
FeatureShape agree_on_shape(const FeatureShape& mine, Communicator& communicator) {
  std::vector<std::int64_t> all(3 * static_cast<std::size_t>(communicator.size()));
  std::vector<std::int64_t> own = {mine.dtype, mine.num_ablations, mine.num_features};
  communicator.all_gather(buffer_of(std::span(own)), buffer_of(std::span(all)));
  FeatureShape shape;
  agreed(communicator, [&] {
    for (std::size_t i = 0; i < all.size(); i += 3) {
      const FeatureShape other{all[i], all[i + 1], all[i + 2]};
      if (other == FeatureShape{}) continue;
      if (shape == FeatureShape{}) shape = other;
      require_same(shape, other, "a shard of the ablations");
    }
  });
  return shape;
}

}  // namespace

FeatureIndex read_feature_index(std::span<const std::filesystem::path> shards, Communicator& communicator) {
  const PartialIndex mine = agreed(communicator, [&] { return read_share(shards, communicator); });
  const FeatureShape shape = agree_on_shape(mine.shape, communicator);
  return {static_cast<at::ScalarType>(shape.dtype), shape.num_ablations, shape.num_features,
          gather_examples(mine.examples, shards.size(), communicator)};
}

}  // namespace at2
