/// \file tests/train/feature_shards.h
/// \brief A training set in memory, written as ablation shards.
#pragma once

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "store/shard.h"
#include "train/feature_source.h"

namespace at2 {

inline ShardHeader shard_header(std::int64_t chunk) {
  return {"ablations", 1, "test", "cpu", "float32", "AVX2", chunk, 1000};
}

/// Writes the examples of `table`, `per_shard` to a file and numbered from `first_number` on; returns the files. After
/// every third one comes an example that was left out.
inline std::vector<std::filesystem::path> write_shards(const std::filesystem::path& folder, const FeatureTable& table,
                                                       std::int64_t per_shard, Layout layout = Layout::rows,
                                                       std::int64_t first_number = 0) {
  std::vector<std::filesystem::path> paths;
  std::int64_t number = first_number;
  for (std::int64_t begin = 0; begin < table.num_examples(); begin += per_shard) {
    paths.push_back(folder / ("chunk-" + std::to_string(paths.size()) + ".h5"));
    ShardWriter writer(paths.back(), shard_header(std::ssize(paths) - 1));
    for (std::int64_t e = begin; e < std::min(begin + per_shard, table.num_examples()); ++e) {
      const std::string group = example_group(number++);
      writer.write_attribute(group, "skipped", "");
      writer.write(group + "/features_GMF", table.features_GMF(e), layout);
      writer.write(group + "/logit_probs_GM", table.logit_probs_GM(e), layout);
      if (e % 3 == 2) writer.write_attribute(example_group(number++), "skipped", "empty response");
    }
    writer.commit();
  }
  return paths;
}

}  // namespace at2
