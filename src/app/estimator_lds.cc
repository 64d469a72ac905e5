#include "app/estimator_lds.h"

#include <algorithm>

#include "ablation/feature_kinds.h"
#include "app/fingerprints.h"
#include "app/lds_masks.h"
#include "app/session.h"
#include "app/tensor_values.h"
#include "base/errors.h"
#include "config/enum_text.h"
#include "store/shard_folder.h"

namespace at2 {
namespace {

std::string words_of(std::span<const Feature> features) {
  std::string words;
  for (const Feature feature : features) words.append(words.empty() ? "" : ", ").append(to_text(feature));
  return words;
}

/// Features of one example and kind of sources.
struct StoredFeatures {
  at::Tensor features_GSF;
  std::vector<Feature> kinds;
};

StoredFeatures read_stored_features(const ShardReader& shard, const std::string& place) {
  // Widened once for all estimators, which sum in float64.
  StoredFeatures stored{shard.read(place + "/features_GSF").to(at::kDouble), {}};
  for (const std::string& word : shard.read_texts(place + "/feature_kinds")) {
    const auto kind = from_text<Feature>(word);
    if (!kind) {
      throw UserError(shard.path().string() + " cannot be used", place + "/feature_kinds has \"" + word + "\"",
                      "use the version of at2 that wrote it");
    }
    stored.kinds.push_back(*kind);
  }
  return stored;
}

/// Goes through the shards, example by example.
class EstimatorReading {
 public:
  EstimatorReading(std::string run_folder, std::span<const LdsEstimator> estimators, const LdsSelection& selection)
      : run_folder_(std::move(run_folder)), estimators_(estimators), selection_(selection) {}

  void add(const ShardReader& shard, const std::string& name) {
    const std::string group = "examples/" + name;
    if (!shard.text_attribute(group, "skipped").empty()) return;
    if (kinds_.empty()) select(shard, group);
    for (MeasuredKind& kind : kinds_) add_kind(shard, group + "/" + std::string(to_text(kind.kind)), kind);
  }

  [[nodiscard]] std::vector<MeasuredKind> finish() {
    if (!kinds_.empty()) return std::move(kinds_);
    throw UserError("there is nothing to measure in " + run_folder_, "no evaluation example could be used",
                    "see the warnings of at2 generate");
  }

 private:
  /// Chooses from what the first example has; all of a run have the same.
  void select(const ShardReader& shard, const std::string& group) {
    ResultSelection selection;
    selection.sources = selection_.sources;
    selection.methods = selection_.methods;
    for (const SourceKind kind : selected_sources(selection, kinds_of_sources(shard, group), run_folder_)) {
      const std::string place = group + "/" + std::string(to_text(kind));
      MeasuredKind chosen;
      chosen.kind = kind;
      for (const LdsEstimator& estimator : estimators_) chosen.methods.push_back({estimator.name, estimator.name, {}});
      if (!selection.methods.empty()) {
        for (const std::string& key :
             selected_methods(selection, shard.read_texts(place + "/method_keys"), run_folder_))
          chosen.methods.push_back({key, shard.text_attribute(place + "/methods/" + key, "title"), {}});
      }
      kinds_.push_back(std::move(chosen));
    }
  }

  void add_kind(const ShardReader& shard, const std::string& place, MeasuredKind& kind) const {
    if (!shard.has(place + "/features_GSF")) {
      throw UserError(run_folder_ + " has no stored features", "at2 evaluate has stored scores alone there",
                      "set evaluate.store_features: true and run at2 evaluate in another folder");
    }
    const LdsMasks masks = read_lds_masks(shard, place);
    const StoredFeatures stored = read_stored_features(shard, place);
    for (std::size_t row = 0; row < kind.methods.size(); ++row) {
      MeasuredMethod& method = kind.methods[row];
      const at::Tensor scores_GS = row < estimators_.size()
                                       ? scores_of(estimators_[row], stored)
                                       : shard.read(place + "/methods/" + method.key + "/scores_GS");
      MeasuredExample example;
      example.lds_G = lds_of_targets(masks, rows_of(scores_GS));
      method.examples.push_back(std::move(example));
    }
  }

  [[nodiscard]] at::Tensor scores_of(const LdsEstimator& estimator, const StoredFeatures& stored) const {
    const ScoreEstimator& theta = estimator.stored.estimator;
    const std::string failure = estimator.path.string() + " cannot be used on " + run_folder_;
    // Scores as at2 evaluate has them, which come from float32 features.
    return theta(features_for(theta, stored.features_GSF, stored.kinds, failure)).to(at::kFloat);
  }

  std::string run_folder_;
  std::span<const LdsEstimator> estimators_;
  const LdsSelection& selection_;
  std::vector<MeasuredKind> kinds_;
};

}  // namespace

at::Tensor features_for(const ScoreEstimator& estimator, const at::Tensor& features_GSF,
                        std::span<const Feature> stored, const std::string& failure) {
  const std::int64_t heads = estimator.num_layers() * estimator.num_heads();
  if (features_GSF.dim() != 3 || features_GSF.size(2) != std::ssize(stored) * heads) {
    throw UserError(failure, "it has " + std::to_string(heads) + " heads, the stored features are of another number",
                    "name an estimator of the model that was evaluated there");
  }
  for (const Feature feature : estimator.features()) {
    if (std::find(stored.begin(), stored.end(), feature) != stored.end()) continue;
    throw UserError(failure, "it weighs " + words_of(estimator.features()) + ", stored are " + words_of(stored),
                    "run at2 evaluate in another folder with evaluate.store_features: true and ablate.features: [" +
                        words_of(estimator.features()) + "]");
  }
  return of_kinds(features_GSF, stored, estimator.features());
}

std::vector<MeasuredKind> lds_of_estimators(const std::filesystem::path& run_folder,
                                            std::span<const LdsEstimator> estimators, const LdsSelection& selection) {
  EstimatorReading reading(run_folder.string(), estimators, selection);
  const auto paths =
      complete_shards(RunFolder(run_folder).scores(), "scores", schema_version_of("scores"), "at2 evaluate");
  for (const std::filesystem::path& path : paths) {
    const ShardReader shard(path);
    for (const std::string& name : shard.children("examples")) reading.add(shard, name);
  }
  return reading.finish();
}

}  // namespace at2
