#include "app/held_out_lds.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "app/estimator_lds.h"
#include "app/fingerprints.h"
#include "app/session.h"
#include "app/tensor_values.h"
#include "attribute/attributor.h"
#include "base/errors.h"
#include "base/nearest_word.h"
#include "config/enum_text.h"
#include "evaluate/statistics.h"
#include "store/shard_folder.h"

namespace at2 {
namespace {

/// A row: theta, which for averages weighs all heads alike.
struct Row {
  std::string key;
  std::string title;
  ScoreEstimator theta;
};

Row average_row(const std::string& word, const ScoreEstimator& like) {
  const std::optional<Method> method = from_text<Method>(word);
  if (const auto feature = method ? averaged_feature(*method) : std::nullopt) {
    const at::Tensor uniform = at::ones({like.num_layers(), like.num_heads()});
    return {word, make_head_average(*feature)->title(),
            ScoreEstimator(like.num_layers(), like.num_heads(), uniform, {*feature})};
  }
  const std::vector<std::string_view> possible = {"average_attention", "value_norm", "logit_contribution"};
  throw UserError("--methods has " + word, "held-out ablations tell averages over heads alone",
                  did_you_mean(word, possible, "use average_attention, value_norm or logit_contribution"));
}

std::vector<Row> rows_of_request(const HeldOut& held_out, std::span<const LdsEstimator> estimators,
                                 std::span<const std::string> methods) {
  std::vector<Row> rows;
  for (const LdsEstimator& estimator : estimators) {
    rows.push_back({estimator.name, estimator.name, estimator.stored.estimator});
  }
  AT2_EXPECT(!rows.empty(), "there is an estimator");
  for (const std::string& method : methods) rows.push_back(average_row(method, rows.front().theta));
  for (const Row& row : rows) {
    for (const Feature feature : row.theta.features()) {
      const auto& measured = held_out.ablate.features;
      if (std::find(measured.begin(), measured.end(), feature) != measured.end()) continue;
      throw UserError(row.key + " cannot be used on " + held_out.run_folder.string(),
                      "it weighs " + std::string(to_text(feature)) + ", which was not measured there",
                      "run at2 ablate in another folder with it in ablate.features");
    }
  }
  return rows;
}

/// That an estimator is of the same data set is told by its file's name: theta does not say which records it saw.
void require_unseen(const HeldOut& held_out, std::span<const LdsEstimator> estimators) {
  for (const LdsEstimator& estimator : estimators) {
    const EstimatorOrigin& origin = estimator.stored.origin;
    if (origin.dataset == held_out.dataset && origin.num_examples > held_out.first) {
      throw UserError(estimator.name + " may have seen what it is to be measured on",
                      "it was trained on " + std::to_string(origin.num_examples) + " examples of " + origin.dataset +
                          ", the first " + std::to_string(held_out.first) + " are left out",
                      "train it with train.max_examples of at most that, or leave out more (--held-out)");
    }
  }
}

/// The LDS of every target: ranks of a weighted sum of features of the ablations. That is the sum of the kept sources'
/// scores, twice, less a constant.
std::vector<std::optional<double>> lds_of(const Row& row, const at::Tensor& features_GMF,
                                          const std::vector<Feature>& measured,
                                          const std::vector<std::vector<double>>& logit_probs_GM,
                                          std::int64_t num_sources) {
  std::vector<std::optional<double>> lds_G;
  const at::Tensor predicted_GM = row.theta(features_for(row.theta, features_GMF, measured, row.key));
  const std::vector<std::vector<double>> predictions_GM = rows_of(predicted_GM);
  for (std::size_t g = 0; g < predictions_GM.size(); ++g) {
    const double correlation = spearman(predictions_GM[g], logit_probs_GM[g]);
    const bool defined = num_sources > 1 && !std::isnan(correlation);
    lds_G.push_back(defined ? std::optional(correlation) : std::nullopt);
  }
  return lds_G;
}

/// Goes through the shards, example by example.
class HeldOutReading {
 public:
  HeldOutReading(const HeldOut& held_out, std::vector<Row> rows) : held_out_(held_out), rows_(std::move(rows)) {
    kind_.kind = held_out.ablate.sources;
    for (const Row& row : rows_) kind_.methods.push_back({row.key, row.title, {}});
  }

  void add(const ShardReader& shard, const std::string& group) {
    if (!shard.text_attribute(group, "skipped").empty()) return;
    const auto logit_probs_GM = rows_of(shard.read(group + "/logit_probs_GM"));
    if (logit_probs_GM.empty() || ++seen_ <= held_out_.first) return;
    const at::Tensor features_GMF = shard.read(group + "/features_GMF").to(at::kDouble);
    const std::int64_t num_sources = shard.read(group + "/sources").size(0);
    for (std::size_t row = 0; row < rows_.size(); ++row) {
      MeasuredExample example;
      example.lds_G = lds_of(rows_[row], features_GMF, held_out_.ablate.features, logit_probs_GM, num_sources);
      kind_.methods[row].examples.push_back(std::move(example));
    }
  }

  [[nodiscard]] MeasuredKind finish() {
    if (!kind_.methods.front().examples.empty()) return std::move(kind_);
    throw UserError("there is nothing to measure in " + held_out_.run_folder.string(),
                    "of " + std::to_string(seen_) + " training examples the first " + std::to_string(held_out_.first) +
                        " are left out",
                    "leave out fewer");
  }

 private:
  const HeldOut& held_out_;
  std::vector<Row> rows_;
  MeasuredKind kind_;
  std::int64_t seen_ = 0;
};

}  // namespace

MeasuredKind lds_of_held_out(const HeldOut& held_out, std::span<const LdsEstimator> estimators,
                             std::span<const std::string> methods) {
  require_unseen(held_out, estimators);
  HeldOutReading reading(held_out, rows_of_request(held_out, estimators, methods));
  const auto paths = complete_shards(RunFolder(held_out.run_folder).ablations(), "ablations",
                                     schema_version_of("ablations"), "at2 ablate");
  for (const std::filesystem::path& path : paths) {
    const ShardReader shard(path);
    for (const std::string& name : shard.children("examples")) reading.add(shard, "examples/" + name);
  }
  return reading.finish();
}

}  // namespace at2
