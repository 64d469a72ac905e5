/// \file app/run_layout.h
/// \brief Which folders of shards a run has, in the order in which they are filled.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "app/session.h"
#include "config/options.h"

namespace at2 {

struct ShardPlace {
  /// As in the log: "generate", "ablate".
  std::string stage;
  /// Whose examples they are of.
  Split split = Split::train;
  /// As in the header of its shards.
  std::string kind;
  std::filesystem::path folder;

  /// "generate, training set"
  [[nodiscard]] std::string title() const;
};

/// What at2 run fills with these options.
[[nodiscard]] std::vector<ShardPlace> shard_places(const RunFolder& folder, const RunOptions& options);

}  // namespace at2
