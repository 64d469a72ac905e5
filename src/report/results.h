/// \file report/results.h
/// \brief Everything that the report shows, as plain structs. Nothing here knows of LibTorch or of the store.
///
/// Texts are UTF-8; ranges are bytes. `sources` names a kind of source as in the config: "token", "sentence",
/// "passage".
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/ranges.h"
#include "config/options.h"
#include "config/provenance.h"
#include "evaluate/statistics.h"

namespace at2 {

/// One method on one kind of source: a row of the paper's Figure 4.
struct MethodRow {
  /// As in the store: "at2", "at2_general", "esm_32".
  std::string key;
  /// As shown: "AT2", "Average attention", "ESM (32)", "Gradient L1".
  std::string method;
  std::string sources;
  /// Linear datamodeling score; nothing where no target has one (a single source, constant probabilities).
  std::optional<Estimate> lds;
  /// Top-k drop of the log-probability, in nats, by k.
  std::map<std::int64_t, Estimate> drop_by_k;
  /// This method less AT2 (AT2 (general), where AT2 is not a method) on the same examples, resampled in pairs; none for
  /// that itself, and where there is neither.
  std::optional<Estimate> lds_over_at2;
  std::map<std::int64_t, Estimate> drop_over_at2_by_k;
  /// Standard error of the mean LDS that comes from having drawn these ablations and no others.
  std::optional<double> lds_mask_error;
  /// Cost of attributing one example.
  double forward_passes = 0;
  double backward_passes = 0;
  double seconds = 0;
};

/// One target (a sentence of the response) and what every method says about it.
struct TargetView {
  /// Within the response.
  CharRange range;
  /// Method -> one score per source of the example.
  std::map<std::string, std::vector<double>> scores;
  /// Method -> k -> what the target's log-probability loses when the k sources that the method scores highest are
  /// hidden, in nats.
  std::map<std::string, std::map<std::int64_t, double>> drop_by_k = {};
  /// What the target's logit-probability loses when a source is hidden alone, in nats, one per source; empty where it
  /// was not measured.
  std::vector<double> effects = {};
};

/// Attention of one head to every source, for every target (paper, Figures 1 and 2).
struct HeadView {
  std::int64_t layer = 0;
  std::int64_t head = 0;
  double coefficient = 0;
  std::vector<std::vector<double>> attention_GS;
};

/// One held-out example with one kind of source. Views with equal `id` are shown together.
struct ExampleView {
  std::string id;
  std::string context;
  std::string query;
  std::string response;
  std::string sources;
  /// Within the context; may overlap and need not cover it.
  std::vector<CharRange> source_ranges;
  std::vector<TargetView> targets;
  /// Highest coefficient first, then those of lowest magnitude.
  std::vector<HeadView> heads;
  /// Title of the data set that it is from.
  std::string data_set = {};
};

/// The learned coefficients, row-major [num_layers, num_heads], for each feature of the heads in turn.
struct ThetaView {
  std::int64_t num_layers = 0;
  std::int64_t num_heads = 0;
  std::vector<float> coefficients_LH;
  /// "attention", ...; one or none = the coefficients are of one feature.
  std::vector<std::string> features = {};

  /// Layers, counted once for each feature.
  [[nodiscard]] std::int64_t num_columns() const {
    return num_layers * std::max<std::int64_t>(std::ssize(features), 1);
  }
  /// The feature of a column, where there are several; else "".
  [[nodiscard]] std::string feature_of(std::int64_t column) const {
    return features.size() > 1 ? features.at(static_cast<std::size_t>(column / num_layers)) : "";
  }
};

/// Answers after all but the k best sources were removed from the context (paper, Figure 5).
struct PruneRow {
  /// As shown: "Whole context", "Oracle", "AT2".
  std::string method;
  /// Sources that were kept; nothing for the whole context, and for the oracle, which keeps as many as there are.
  std::optional<std::int64_t> kept;
  Estimate f1;
  Estimate exact_match;
  /// Mean share of the prompt's tokens that was left.
  double kept_share = 1;
  /// Answers without the words that mark the answer.
  std::int64_t unmarked_answers = 0;
};

struct PruneView {
  std::vector<PruneRow> rows;
  std::int64_t examples = 0;
  /// Those of all rows.
  std::int64_t unmarked_answers = 0;
  /// What they count as.
  UnmarkedAnswer unmarked = UnmarkedAnswer::empty;
};

/// Time and memory of one way to attribute one response (paper, Figure 4c).
struct TimingRow {
  /// As shown: "Forward pass", "AT2 (saved attention)".
  std::string operation;
  /// Of repeated runs on each example: the median, then its quartiles over examples.
  double seconds = 0;
  double low = 0;
  double high = 0;
  /// Median over examples of the time beside that of one forward pass.
  double share_of_forward = 0;
  /// Largest memory above that of the loaded model, in bytes.
  double peak_bytes = 0;
};

struct TimingView {
  std::vector<TimingRow> rows;
  std::int64_t examples = 0;
  std::int64_t mean_tokens = 0;
  /// "cpu, float32, 2 threads, x86-64-v3".
  std::string place;
};

/// What one stage of the run took.
struct StageRow {
  std::string stage;
  double seconds = 0;
  double forward_passes = 0;
  double backward_passes = 0;
};

/// How much was run.
struct RunCounts {
  std::int64_t training_examples = 0;
  std::int64_t evaluation_examples = 0;
  std::int64_t training_targets = 0;
  std::int64_t evaluation_targets = 0;
  /// Records left out, by reason.
  std::map<std::string, std::int64_t> skipped;
};

/// What a run was made from, so that it can be made again.
struct RunOrigin {
  /// Nothing where the run folder has none.
  std::optional<Provenance> provenance;
  /// Every option, as YAML.
  std::string config;
  std::uint64_t seed = 0;
  /// Digests of the model's files and of what the coefficients depend on; empty where nothing was trained.
  std::string model_fingerprint;
  std::string estimator_fingerprint;
};

/// A whole run.
struct RunResults {
  std::string name;
  /// "context" or "thought": what the sources are taken from.
  std::string task = "context";
  std::string model;
  /// Empty where nothing was trained.
  std::string training_set;
  std::string evaluation_set;
  RunCounts counts;
  /// Of all intervals.
  double confidence = kConfidence;
  /// Shown in this order; the order of methods in the examples follows it.
  std::vector<MethodRow> rows;
  std::optional<ThetaView> theta;
  /// Loss of every training step.
  std::vector<double> training_loss;
  std::vector<ExampleView> examples;
  std::optional<PruneView> prune;
  std::optional<TimingView> timing;
  std::vector<StageRow> stages;
  /// Sentences for the reader ("3 of 32 evaluation masks were also used to fit ESM").
  std::vector<std::string> notes;
  RunOrigin origin;
};

}  // namespace at2
