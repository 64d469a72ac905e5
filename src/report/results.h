/// \file report/results.h
/// \brief Everything that the report shows, as plain structs. Nothing here knows of LibTorch or of the store.
///
/// Texts are UTF-8; ranges are bytes. `sources` names a kind of source as in the config: "token", "sentence",
/// "passage".
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/ranges.h"
#include "evaluate/statistics.h"

namespace at2 {

/// One method on one kind of source: a row of the paper's Figure 4.
struct MethodRow {
  /// As shown: "AT2", "Average attention", "ESM (32)", "Gradient L1".
  std::string method;
  std::string sources;
  /// Linear datamodeling score; nothing where no target has one (a single source, constant probabilities).
  std::optional<Estimate> lds;
  /// Top-k drop of the log-probability, in nats, by k.
  std::map<std::int64_t, Estimate> drop_by_k;
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
};

/// The learned coefficients, row-major [num_layers, num_heads].
struct ThetaView {
  std::int64_t num_layers = 0;
  std::int64_t num_heads = 0;
  std::vector<float> coefficients_LH;
};

/// What one stage of the run took.
struct StageRow {
  std::string stage;
  double seconds = 0;
  double forward_passes = 0;
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

/// A whole run.
struct RunResults {
  std::string name;
  std::string model;
  std::string training_set;
  std::string evaluation_set;
  RunCounts counts;
  /// Shown in this order; the order of methods in the examples follows it.
  std::vector<MethodRow> rows;
  std::optional<ThetaView> theta;
  /// Loss of every training step.
  std::vector<double> training_loss;
  std::vector<ExampleView> examples;
  std::vector<StageRow> stages;
  /// Sentences for the reader ("3 of 32 evaluation masks were also used to fit ESM").
  std::vector<std::string> notes;
};

}  // namespace at2
