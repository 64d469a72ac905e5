/// \file train/score_estimator.h
/// \brief Linear map from per-head attention to attribution scores (paper, section 3).
///
/// Shape letters (row-major, last index fastest): G targets, S sources, M ablations,
/// F features = L layers x H query heads, f = l * H + h.
#pragma once

#include <ATen/ATen.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "config/options.h"

namespace at2 {

/// One weight per attention head (and feature of it, where there are several): y[...] = sum_f weight[f] * x[..., f].
///
/// The same map has two uses: attention_GSF -> scores_GS, and features_GMF -> predictions_GM, outcomes of ablations up
/// to scale. Scores have no unit, since training maximises a correlation: compare them within one target only.
/// A copy shares the weights, as copies of at::Tensor do; nobody changes them.
class ScoreEstimator {
 public:
  /// The average-attention baseline, weight[f] = 1 / F. \pre positive numbers
  ScoreEstimator(std::int64_t num_layers, std::int64_t num_heads);
  /// \param theta  weights [F], F = L H for each of `features` in turn, in any shape, copied as float32 on the CPU.
  /// \pre finite, of the right size; features are different and not none
  ScoreEstimator(std::int64_t num_layers, std::int64_t num_heads, const at::Tensor& theta,
                 std::vector<Feature> features = {Feature::attention});

  /// Contracts the last dimension with the weights: (..., F) -> (...), on the device and in the dtype of the argument.
  /// On the CPU summed in float64 in a fixed order: equal bits for any number of threads.
  [[nodiscard]] at::Tensor operator()(const at::Tensor& features) const;

  /// The weights, [F] float32 on the CPU.
  [[nodiscard]] at::Tensor weight() const { return weight_F_; }
  /// The weights, float32 on the CPU: [L, H], or [B, L, H] where there are several features.
  [[nodiscard]] at::Tensor theta() const;

  /// A copy scaled to sum_f |weight[f]| = 1, as published after training. \pre not all weights are zero
  [[nodiscard]] ScoreEstimator normalized() const;

  [[nodiscard]] std::int64_t num_layers() const noexcept { return num_layers_; }
  [[nodiscard]] std::int64_t num_heads() const noexcept { return num_heads_; }
  [[nodiscard]] std::int64_t num_features() const noexcept { return std::ssize(features_) * num_layers_ * num_heads_; }

  /// What of each head the weights are for.
  [[nodiscard]] const std::vector<Feature>& features() const noexcept { return features_; }

 private:
  std::vector<Feature> features_ = {Feature::attention};
  std::int64_t num_layers_;
  std::int64_t num_heads_;
  at::Tensor weight_F_;
};

/// What an estimator was trained on.
struct EstimatorOrigin {
  /// Digest of the model's files; an estimator fits this model only.
  std::string model_fingerprint;
  /// For people: "SmolLM2-135M-Instruct".
  std::string model_name;
  /// Name or path of the data set, for people.
  std::string dataset;
  /// "token", "sentence" or "passage".
  std::string sources;
  std::int64_t num_ablations = 0;
  std::int64_t num_examples = 0;
  std::int64_t num_targets = 0;
  std::int64_t steps = 0;
  /// train.prior_strength, or the one that was chosen
  double prior_strength = 0;
  /// train.prior_candidates
  std::vector<double> prior_candidates = {};
  /// Of the run, as in the shards: what the weights depend on.
  std::string fingerprint;
  /// Of the program that trained it.
  std::string version;
  bool operator==(const EstimatorOrigin&) const = default;
};

/// An estimator with its origin, as in estimator.h5.
struct StoredEstimator {
  ScoreEstimator estimator;
  EstimatorOrigin origin;
};

/// theta that has a row of its own beside the methods.
struct NamedEstimator {
  /// Of letters, digits, "_", "-" and ".": it is part of a key.
  std::string name;
  ScoreEstimator estimator;
};

/// Whether an estimator trained on another model may be used.
enum class ModelCheck { refuse_other, accept_any };

/// Writes `path`: the L1-normalised weights as dataset /theta [L, H] float32, or [B, L, H] for several features, and
/// the origin as attributes of the group /provenance. Replaces the file as a whole. One rank calls it. \throws
/// UserError if it cannot be written.
void save_estimator(const std::filesystem::path& path, const ScoreEstimator& estimator, const EstimatorOrigin& origin);

/// \param model_fingerprint  of the model that the estimator is to serve
/// \throws UserError if the file is missing, damaged, of another format or holds numbers that are not finite, or, with
///         ModelCheck::refuse_other, was trained on another model (both fingerprints are shown).
[[nodiscard]] StoredEstimator load_estimator(const std::filesystem::path& path, std::string_view model_fingerprint,
                                             ModelCheck check = ModelCheck::refuse_other);

}  // namespace at2
