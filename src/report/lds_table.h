/// \file report/lds_table.h
/// \brief LDS of estimators on finished evaluations, as tables.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "report/table.h"

namespace at2 {

/// What an estimator was trained with.
struct TrainedWith {
  /// What of each head it weighs: "attention", ...
  std::vector<std::string> features;
  double prior_strength = 0;
  /// Strengths that it was chosen from; none = it was given.
  std::vector<double> prior_candidates = {};
  std::int64_t examples = 0;
  /// Of each example.
  std::int64_t ablations = 0;
  /// Heads with a coefficient that is not zero, of all heads.
  std::int64_t nonzero_heads = 0;
  std::int64_t heads = 0;
};

/// An estimator, or a method that was measured there, on one evaluation and one kind of sources.
struct LdsRow {
  /// Title of the evaluation.
  std::string evaluation;
  std::string sources;
  std::string name;
  /// As in the store: "average_attention"; empty for an estimator.
  std::string method_key;
  /// Nothing for a method.
  std::optional<TrainedWith> trained;
  /// Nothing where no target has an LDS.
  std::optional<Estimate> lds;
  /// LDS less the baseline's on the same targets, resampled in pairs; nothing for the baseline itself.
  std::optional<Estimate> difference;
  /// Name of the row that it is compared with.
  std::string baseline;
};

/// Rows of one evaluation and one kind of sources.
struct LdsGroup {
  std::string evaluation;
  std::string sources;
  std::vector<LdsRow> rows;
};

/// "attention + value norm"
[[nodiscard]] std::string features_text(const TrainedWith& trained);

/// In a sentence, in what a run's theta is not the paper's: other features, a prior, few heads. Empty for the paper's.
[[nodiscard]] std::string departure_from_paper(const TrainedWith& trained);

/// Rounded, as people read it. \pre rows of one group
[[nodiscard]] Table lds_table(std::span<const LdsRow> rows);

/// Every row in full precision.
[[nodiscard]] Table lds_records(std::span<const LdsGroup> groups);

/// "HotpotQA, token sources"
[[nodiscard]] std::string lds_title(const LdsGroup& group);

/// What the table of the group shows, in a sentence or two.
[[nodiscard]] std::string lds_caption(const LdsGroup& group);

/// All groups, each with its title, caption and table, for a terminal.
[[nodiscard]] std::string lds_text(std::span<const LdsGroup> groups);

/// The same as Markdown.
[[nodiscard]] std::string lds_markdown(std::span<const LdsGroup> groups);

}  // namespace at2
