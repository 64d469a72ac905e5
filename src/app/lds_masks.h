/// \file app/lds_masks.h
/// \brief The ablations that the LDS of an evaluated example is measured on.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "config/options.h"
#include "store/shard.h"

namespace at2 {

/// Of one example and kind of sources.
struct LdsMasks {
  /// 1 where a source is kept, row-major.
  std::vector<std::uint8_t> keep_MS;
  std::vector<std::vector<double>> logit_probs_GM;
};

/// The kinds of sources that an example was evaluated with. \param group  of the example in a shard of scores
[[nodiscard]] std::vector<SourceKind> kinds_of_sources(const ShardReader& shard, const std::string& group);

/// \param place  group of the example and kind of sources in a shard of scores
[[nodiscard]] LdsMasks read_lds_masks(const ShardReader& shard, const std::string& place);

/// LDS of every target; nothing for those where it is undefined. \pre a row of scores for each target
[[nodiscard]] std::vector<std::optional<double>> lds_of_targets(const LdsMasks& masks,
                                                                const std::vector<std::vector<double>>& scores_GS);

}  // namespace at2
