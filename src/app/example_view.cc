#include "app/example_view.h"

#include "app/tensor_values.h"
#include "base/errors.h"
#include "config/enum_text.h"

namespace at2 {
namespace {

std::vector<HeadView> read_heads(const ShardReader& shard, const std::string& place) {
  std::vector<HeadView> views;
  if (!shard.has(place + "/heads")) return views;
  const at::Tensor heads = shard.read(place + "/heads");
  const std::vector<double> coefficients = numbers_of(shard.read(place + "/head_coefficients"));
  const at::Tensor attention_GSn = shard.read(place + "/head_attention_GSn");
  for (std::int64_t n = 0; n < heads.size(0); ++n) {
    const std::vector<std::int64_t> head = integers_of(heads.select(0, n));
    views.push_back(
        {head.at(0), head.at(1), coefficients.at(static_cast<std::size_t>(n)), rows_of(attention_GSn.select(2, n))});
  }
  return views;
}

}  // namespace

ExampleView read_view(const ShardReader& shard, const std::string& group, const MeasuredKind& kind,
                      const Example& example) {
  ExampleView view;
  view.id = shard.text_attribute(group, "id");
  if (view.id != example.id) {
    throw UserError(shard.path().string() + " does not fit the examples of its run",
                    group + " is " + view.id + ", examples/evaluation.json has " + example.id,
                    "run at2 evaluate again in another folder");
  }
  view.context = shard.read_text(group + "/sources_text");
  view.query = example.query;
  view.response = shard.read_text(group + "/response");
  view.sources = to_text(kind.kind);
  const std::string place = group + "/" + view.sources;
  view.source_ranges = char_ranges_of(shard.read(place + "/source_chars"));
  for (const CharRange target : char_ranges_of(shard.read(group + "/target_chars")))
    view.targets.push_back({target, {}});
  for (const MeasuredMethod& method : kind.methods) {
    const auto scores_GS = rows_of(shard.read(place + "/methods/" + method.key + "/scores_GS"));
    for (std::size_t g = 0; g < view.targets.size(); ++g) view.targets[g].scores[method.title] = scores_GS.at(g);
  }
  view.heads = read_heads(shard, place);
  return view;
}

}  // namespace at2
