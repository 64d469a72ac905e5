/// \file app/evaluated_run.h
/// \brief A run folder with evaluated examples and their features, made by hand.
#pragma once

#include <string>
#include <vector>

#include "app/fingerprints.h"
#include "app/run_folder.h"
#include "config/enum_text.h"
#include "train/score_estimator.h"

namespace at2 {

/// Features of one example: 2 targets, 5 sources, L = 2 layers of H = 3 heads for each kind.
inline at::Tensor made_up_features(std::int64_t example, std::int64_t num_kinds = 1) {
  at::Tensor features_GSF = at::empty({2, 5, 6 * num_kinds}, at::kFloat);
  float* value = features_GSF.mutable_data_ptr<float>();
  // Irregular, and different for each example.
  for (std::int64_t i = 0; i < features_GSF.numel(); ++i) {
    value[i] = static_cast<float>((i * 7919 + example * 104729 + 13 * i * i) % 1009) / 1009.0F;
  }
  return features_GSF;
}

/// Ten masks of five sources, no two alike: the binary digits of 1, 4, 7, ... 28.
inline at::Tensor made_up_masks() {
  at::Tensor keep_MS = at::empty({10, 5}, at::kByte);
  auto* keep = keep_MS.mutable_data_ptr<std::uint8_t>();
  for (std::int64_t i = 0; i < keep_MS.numel(); ++i)
    keep[i] = static_cast<std::uint8_t>(((i / 5 * 3 + 1) >> (i % 5)) & 1);
  return keep_MS;
}

/// What the masks make of the sum of the kept sources' values of head 0.
inline at::Tensor sums_of_head_0(const at::Tensor& features_GSF, const at::Tensor& keep_MS) {
  return at::matmul(features_GSF.select(2, 0).to(at::kDouble), keep_MS.to(at::kDouble).t());
}

enum class WithFeatures { yes, no };

/// Adds a shard with one example, evaluated with token sources, to a run's scores. Its probabilities follow the first
/// head alone; the stored method "average_attention" has the mean over all heads.
inline void add_scores(const MadeUpRun& run, std::int64_t example, std::int64_t num_examples,
                       const std::vector<Feature>& kinds = {Feature::attention},
                       WithFeatures with_features = WithFeatures::yes) {
  const std::filesystem::path folder = run.folder().scores();
  std::filesystem::create_directories(folder);
  ShardWriter writer(shard_path(folder, example),
                     made_up_header("scores", "f", example, num_examples, schema_version_of("scores")));
  const std::string group = example_group(example);
  const std::string place = group + "/token";
  const at::Tensor features_GSF = made_up_features(example, std::ssize(kinds));
  writer.write_attribute(group, "id", "e" + std::to_string(example));
  writer.write_attribute(group, "skipped", "");
  writer.write(place + "/lds_keep_MS", made_up_masks());
  writer.write(place + "/lds_logit_probs_GM", sums_of_head_0(features_GSF, made_up_masks()));
  writer.write_texts(place + "/method_keys", std::vector<std::string>{"average_attention"});
  writer.write(place + "/methods/average_attention/scores_GS", features_GSF.mean(2).to(at::kDouble));
  writer.write_attribute(place + "/methods/average_attention", "title", "Average attention");
  if (with_features == WithFeatures::yes) {
    writer.write(place + "/features_GSF", features_GSF);
    std::vector<std::string> words;
    for (const Feature kind : kinds) words.emplace_back(to_text(kind));
    writer.write_texts(place + "/feature_kinds", words);
  }
  writer.commit();
}

/// A run with three evaluated examples.
inline void add_three_examples(const MadeUpRun& run, const std::vector<Feature>& kinds = {Feature::attention}) {
  for (const std::int64_t example : {0, 1, 2}) add_scores(run, example, 3, kinds);
}

/// Writes an estimator with these weights, of 2 layers and 3 heads. \return its path
inline std::filesystem::path write_estimator(const std::filesystem::path& path, const std::vector<float>& weights,
                                             const std::vector<Feature>& features = {Feature::attention},
                                             const std::string& model = "model a", std::int64_t num_examples = 100) {
  std::filesystem::create_directories(path.parent_path());
  EstimatorOrigin origin;
  origin.model_fingerprint = model;
  origin.model_name = "Model";
  origin.num_examples = num_examples;
  origin.num_ablations = 32;
  save_estimator(path, ScoreEstimator(2, 3, at::tensor(weights), features), origin);
  return path;
}

}  // namespace at2
