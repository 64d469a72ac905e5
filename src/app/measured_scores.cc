#include "app/measured_scores.h"

#include <algorithm>
#include <span>
#include <utility>

#include "app/chunks.h"
#include "app/example_view.h"
#include "app/examples_file.h"
#include "app/fingerprints.h"
#include "app/lds_masks.h"
#include "app/tensor_values.h"
#include "base/errors.h"
#include "base/hash.h"
#include "config/enum_text.h"
#include "evaluate/lds.h"
#include "evaluate/mask_error.h"
#include "store/shard_folder.h"

namespace at2 {
namespace {

/// Where there is AT2 (general) too, AT2 is named after what it was trained on.
void tell_apart(std::vector<MeasuredMethod>& methods) {
  const auto find = [&](Method method) {
    return std::find_if(methods.begin(), methods.end(),
                        [&](const auto& other) { return other.key == to_text(method); });
  };
  const auto own = find(Method::at2);
  if (own != methods.end() && find(Method::at2_general) != methods.end()) own->title += " (task-specific)";
}

/// \param masks_stream  the same for all methods, whose errors then come from the same resamples
void measure_lds(MeasuredExample& example, const LdsMasks& masks, const std::vector<std::vector<double>>& scores_GS,
                 const RandomStream& masks_stream) {
  constexpr std::int64_t kResamples = 200;
  example.lds_G = lds_of_targets(masks, scores_GS);
  if (mean_of_defined(example.lds_G)) {
    std::vector<std::vector<double>> predictions_GM;
    for (const std::vector<double>& scores_S : scores_GS) {
      predictions_GM.push_back(sums_of_kept_scores(masks.keep_MS, scores_S));
    }
    example.lds_mask_error = lds_mask_error(predictions_GM, masks.logit_probs_GM, kResamples, masks_stream);
  }
}

/// Goes through the shards, example by example.
class ScoresReading {
 public:
  ScoresReading(std::filesystem::path run_folder, const ResultSelection& selection, std::uint64_t seed)
      : run_folder_(std::move(run_folder)), selection_(selection), seed_(seed) {
    if (selection_.max_examples > 0) {
      chosen_ = read_chosen(RunFolder(run_folder_).examples(Split::evaluation)).examples;
    }
  }

  void add(const ShardReader& shard, const std::string& name) {
    const std::string group = "examples/" + name;
    const std::string skipped = shard.text_attribute(group, "skipped");
    if (!skipped.empty()) {
      ++scores_.skipped[skipped];
      return;
    }
    if (scores_.kinds.empty()) select(shard, group);
    scores_.targets += shard.read(group + "/target_chars").size(0);
    const bool shown = scores_.examples++ < selection_.max_examples;
    for (MeasuredKind& kind : scores_.kinds) {
      const std::string place = group + "/" + std::string(to_text(kind.kind));
      add_kind(shard, place, shard.text_attribute(group, "id"), kind);
      if (shown) scores_.views.push_back(read_view(shard, group, kind, example_at(std::stoul(name))));
    }
  }

  MeasuredScores finish() { return std::move(scores_); }

 private:
  [[nodiscard]] const Example& example_at(std::size_t index) const {
    if (index < chosen_.size()) return chosen_[index];
    throw UserError(run_folder_.string() + "/examples does not fit the scores beside it",
                    "it has " + std::to_string(chosen_.size()) + " examples, the scores have more",
                    "run at2 evaluate again in another folder");
  }

  /// Chooses from what the first example has; all of a run have the same.
  void select(const ShardReader& shard, const std::string& group) {
    for (const SourceKind kind : selected_sources(selection_, kinds_of_sources(shard, group), run_folder_.string())) {
      const std::string place = group + "/" + std::string(to_text(kind));
      MeasuredKind chosen{kind, {}, 0, 0};
      for (const std::string& key :
           selected_methods(selection_, shard.read_texts(place + "/method_keys"), run_folder_.string())) {
        chosen.methods.push_back({key, shard.text_attribute(place + "/methods/" + key, "title"), {}});
      }
      if (chosen.methods.empty()) continue;
      tell_apart(chosen.methods);
      stored_top_k_ = integers_of(shard.read(place + "/top_k"));
      top_k_ = selected_top_k(selection_, stored_top_k_, run_folder_.string());
      scores_.kinds.push_back(std::move(chosen));
    }
  }

  void add_kind(const ShardReader& shard, const std::string& place, const std::string& id, MeasuredKind& kind) const {
    const LdsMasks masks = read_lds_masks(shard, place);
    const RandomStream stream(seed_, "masks of the lds", {hash64(id)});
    kind.lds_masks += std::ssize(masks.logit_probs_GM.front());
    kind.shared_masks += shard.int_attribute(place, "masks_shared_with_surrogate");
    for (MeasuredMethod& method : kind.methods) {
      const std::string here = place + "/methods/" + method.key;
      MeasuredExample example;
      measure_lds(example, masks, rows_of(shard.read(here + "/scores_GS")), stream);
      const at::Tensor drops_K = shard.read(here + "/drops_GK").mean(0);
      for (const std::int64_t k : top_k_) {
        const auto column = std::find(stored_top_k_.begin(), stored_top_k_.end(), k) - stored_top_k_.begin();
        example.drop_by_k[k] = drops_K[column].item<double>();
      }
      const std::vector<double> cost = numbers_of(shard.read(here + "/cost"));
      example.cost = {cost.at(0), cost.at(1), cost.at(2)};
      method.examples.push_back(std::move(example));
    }
  }

  std::filesystem::path run_folder_;
  const ResultSelection& selection_;
  std::uint64_t seed_;
  std::vector<Example> chosen_;
  std::vector<std::int64_t> stored_top_k_;
  std::vector<std::int64_t> top_k_;
  MeasuredScores scores_;
};

}  // namespace

MeasuredScores read_scores(const std::filesystem::path& run_folder, const ResultSelection& selection,
                           std::uint64_t seed) {
  const auto paths =
      complete_shards(RunFolder(run_folder).scores(), "scores", schema_version_of("scores"), "at2 evaluate");
  ScoresReading reading(run_folder, selection, seed);
  for (const std::filesystem::path& path : paths) {
    const ShardReader shard(path);
    for (const std::string& name : shard.children("examples")) reading.add(shard, name);
  }
  MeasuredScores scores = reading.finish();
  if (scores.examples == 0) {
    throw UserError("there is nothing to report in " + run_folder.string(), "no evaluation example could be used",
                    "see the warnings of at2 generate");
  }
  return scores;
}

}  // namespace at2
