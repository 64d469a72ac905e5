/// \file report/study_tables.h
/// \brief The numbers behind the figures of several runs, and where they were measured.
#pragma once

#include <string>
#include <vector>

#include "report/study.h"
#include "report/study_rows.h"
#include "report/table.h"

namespace at2 {

/// The metrics that are drawn: the top-k drop with the first k, then LDS.
[[nodiscard]] std::vector<Metric> drawn_metrics(const StudyOptions& options);

/// LDS, then all drops.
[[nodiscard]] std::vector<Metric> all_metrics(const StudyOptions& options);

/// "SmolLM2 and Llama on A (24 examples) and B (24 examples); Phi on A (400 examples)".
[[nodiscard]] std::string where_measured(const StudyRows& rows);

/// Means over data sets in full precision: a line per model, kind of source, method and metric.
[[nodiscard]] Table mean_records(const StudyRows& rows, const StudyOptions& options);

/// Means over data sets, rounded, and paired differences to AT2; a star marks those whose interval excludes 0.
[[nodiscard]] Table mean_summary(const StudyRows& rows, const std::vector<Metric>& metrics);

/// Every measured row in full precision.
[[nodiscard]] Table detail_records(const StudyRows& rows, const StudyOptions& options);

/// The rows of a model with one kind of source, rounded, with differences to AT2 and errors from drawing masks.
[[nodiscard]] Table detail_summary(const StudyRows& rows, const std::string& model, const std::string& sources,
                                   const StudyOptions& options);

}  // namespace at2
