#include "app/lds_masks.h"

#include "app/tensor_values.h"
#include "base/errors.h"
#include "config/enum_text.h"
#include "evaluate/lds.h"

namespace at2 {

std::vector<SourceKind> kinds_of_sources(const ShardReader& shard, const std::string& group) {
  std::vector<SourceKind> kinds;
  for (const std::string_view word : enum_words<SourceKind>()) {
    const SourceKind kind = *from_text<SourceKind>(word);
    if (word == to_text(kind) && shard.has(group + "/" + std::string(word))) kinds.push_back(kind);
  }
  return kinds;
}

LdsMasks read_lds_masks(const ShardReader& shard, const std::string& place) {
  const at::Tensor keep_MS = shard.read(place + "/lds_keep_MS");
  const auto* first = keep_MS.const_data_ptr<std::uint8_t>();
  return {{first, first + keep_MS.numel()}, rows_of(shard.read(place + "/lds_logit_probs_GM"))};
}

std::vector<std::optional<double>> lds_of_targets(const LdsMasks& masks,
                                                  const std::vector<std::vector<double>>& scores_GS) {
  AT2_EXPECT(scores_GS.size() == masks.logit_probs_GM.size(), "scores and measurements are of the same targets");
  std::vector<std::optional<double>> lds_G;
  for (std::size_t g = 0; g < scores_GS.size(); ++g) {
    lds_G.push_back(lds(masks.keep_MS, scores_GS[g], masks.logit_probs_GM[g]));
  }
  return lds_G;
}

}  // namespace at2
