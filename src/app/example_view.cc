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

/// Scores of a method and what hiding the sources that they put first took from each target.
void add_method(const ShardReader& shard, const std::string& place, const MeasuredMethod& method, ExampleView& view) {
  const std::string here = place + "/methods/" + method.key;
  const auto scores_GS = rows_of(shard.read(here + "/scores_GS"));
  const auto drops_GK = rows_of(shard.read(here + "/drops_GK"));
  const std::vector<std::int64_t> ks = integers_of(shard.read(place + "/top_k"));
  for (std::size_t g = 0; g < view.targets.size(); ++g) {
    view.targets[g].scores[method.title] = scores_GS.at(g);
    for (std::size_t k = 0; k < ks.size(); ++k) {
      view.targets[g].drop_by_k[method.title][ks[k]] = drops_GK.at(g).at(k);
    }
  }
}

/// Scores of leave-one-out are effects, also where that method is not among those shown.
void add_effects(const ShardReader& shard, const std::string& place, ExampleView& view) {
  const std::string scores = place + "/methods/" + std::string(to_text(Method::leave_one_out)) + "/scores_GS";
  if (!shard.has(scores)) return;
  const auto effects_GS = rows_of(shard.read(scores));
  for (std::size_t g = 0; g < view.targets.size(); ++g) view.targets[g].effects = effects_GS.at(g);
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
  for (const MeasuredMethod& method : kind.methods) add_method(shard, place, method, view);
  add_effects(shard, place, view);
  view.heads = read_heads(shard, place);
  return view;
}

}  // namespace at2
