/// \file report/study_rows.h
/// \brief The measured rows of several runs put together, and means over data sets.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "report/chart_parts.h"
#include "report/metric.h"
#include "report/results.h"

namespace at2 {

/// Where a row was measured.
struct StudyRow {
  const RunResults* run = nullptr;
  const MethodRow* row = nullptr;
};

struct StudyRows {
  /// Each method once per task, model, data set and kind of source.
  std::vector<StudyRow> rows;
  /// Sentences about rows that were left out since another run has the same.
  std::vector<std::string> left_out;
};

/// Puts the runs together; where two have the same row, the first one's is taken.
[[nodiscard]] StudyRows study_rows(std::span<const RunResults> runs);

/// The rows of a task. \pre task is "context" or "thought"
[[nodiscard]] StudyRows of_task(const StudyRows& rows, const std::string& task);

/// Without the data sets on which a method was not measured that others of the model have with this kind of source:
/// means over different sets cannot be compared. A model and kind for which no set has all methods keeps its sets.
[[nodiscard]] StudyRows of_complete_sets(const StudyRows& rows);

/// A method as it is named and drawn in a study.
struct StudyMethod {
  std::string key;
  std::string label;
  MethodStyle style;
};

/// The methods of the rows in the fixed order of all figures. With "at2_general" beside it, "at2" is task-specific.
[[nodiscard]] std::vector<StudyMethod> methods_of(const StudyRows& rows);

/// Models and data sets by first appearance; kinds of source from fine to coarse.
[[nodiscard]] std::vector<std::string> models_of(const StudyRows& rows);
[[nodiscard]] std::vector<std::string> data_sets_of(const StudyRows& rows, const std::string& model);
[[nodiscard]] std::vector<std::string> kinds_of(const StudyRows& rows);

/// The row of a method; null if it was not measured there.
[[nodiscard]] const MethodRow* find_row(const StudyRows& rows, const std::string& model, const std::string& data_set,
                                        const std::string& sources, const std::string& key);

enum class Side { value, over_at2 };

/// Mean over the data sets of a model that were evaluated with this kind of source, and its standard error
/// sqrt(sum of squares) / n; the interval is the mean with 1.96 of these to both sides, the count that of all examples.
/// Nothing where a data set has no value: means over different sets cannot be compared.
[[nodiscard]] std::optional<Estimate> mean_over_sets(const StudyRows& rows, const std::string& model,
                                                     const std::string& sources, const std::string& key, Metric metric,
                                                     Side side);

/// The data sets over which `mean_over_sets` goes.
[[nodiscard]] std::vector<std::string> sets_with(const StudyRows& rows, const std::string& model,
                                                 const std::string& sources);

/// The formula of `mean_over_sets`. \pre means is not empty
[[nodiscard]] Estimate mean_of_means(std::span<const Estimate> means);

}  // namespace at2
