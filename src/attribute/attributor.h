/// \file attribute/attributor.h
/// \brief One interface for all attribution methods (paper, definition 2.1).
#pragma once

#include <ATen/ATen.h>

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "attribute/measurements.h"
#include "config/options.h"
#include "train/score_estimator.h"

namespace at2 {

/// Scores of one method for one example.
struct Attribution {
  /// float64 [G, S]; a higher score means more influence. Only comparable within a target.
  at::Tensor scores_GS;
  Cost cost;
};

/// A token attribution method: influence of every source on every target.
class Attributor {
 public:
  virtual ~Attributor() = default;
  Attributor(const Attributor&) = delete;
  Attributor& operator=(const Attributor&) = delete;

  /// Stable key, as in JSON and in the store: "at2", "esm_32".
  [[nodiscard]] const std::string& key() const noexcept { return key_; }
  /// For people: "AT2", "ESM (32)".
  [[nodiscard]] const std::string& title() const noexcept { return title_; }
  [[nodiscard]] virtual Attribution attribute(Measurements& measurements) const = 0;

 protected:
  Attributor(std::string key, std::string title) : key_(std::move(key)), title_(std::move(title)) {}

 private:
  std::string key_;
  std::string title_;
};

/// theta of a run, and of elsewhere.
struct Estimators {
  /// For the method at2.
  std::optional<ScoreEstimator> own = {};
  /// For at2_general.
  std::optional<ScoreEstimator> general = {};
  /// For rows of their own, after the methods.
  std::vector<NamedEstimator> others = {};
  [[nodiscard]] const std::optional<ScoreEstimator>& first() const { return own ? own : general; }
};

/// AT2: theta-weighted attention. \pre the estimator has the model's layers and heads
[[nodiscard]] std::unique_ptr<Attributor> make_at2(ScoreEstimator estimator);
/// The same with theta that was trained elsewhere.
[[nodiscard]] std::unique_ptr<Attributor> make_at2_general(ScoreEstimator estimator);
/// The same under the key "at2_<name>".
[[nodiscard]] std::unique_ptr<Attributor> make_at2_named(NamedEstimator estimator);
/// The feature that a method averages over all heads; nothing for other methods.
[[nodiscard]] std::optional<Feature> averaged_feature(Method method);
/// One feature, all heads alike: average attention, and two scores that need no training either.
[[nodiscard]] std::unique_ptr<Attributor> make_head_average(Feature feature);
/// Gradient L1 norm.
[[nodiscard]] std::unique_ptr<Attributor> make_gradient();
/// Example-specific surrogate model: LASSO on `num_ablations` ablations (paper, algorithm 2).
[[nodiscard]] std::unique_ptr<Attributor> make_esm(std::int64_t num_ablations, double lambda);
/// Fall of the logit-prob when one source is hidden alone.
[[nodiscard]] std::unique_ptr<Attributor> make_leave_one_out();

/// The methods of a run in the order asked for, one ESM per entry of options.esm_ablations, then the other estimators.
/// \pre there is an estimator for each method that needs one
[[nodiscard]] std::vector<std::unique_ptr<Attributor>> make_attributors(const EvaluateOptions& options,
                                                                        const Estimators& estimators);

}  // namespace at2
