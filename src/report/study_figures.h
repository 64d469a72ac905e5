/// \file report/study_figures.h
/// \brief Which of the paper's figures can be made from some runs, and these figures.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "report/results.h"
#include "report/study.h"
#include "report/study_rows.h"
#include "report/table.h"

namespace at2 {

struct StudyFigure {
  /// "figure_4a"; `named_figures` appends the variant where several figures have the same.
  std::string name;
  std::string variant;
  /// "Figure 4a".
  std::string label;
  std::string title;
  /// What is shown, on what, and what the error bars are. Plain text.
  std::string caption;
  std::string svg;
  /// Shown in the page in place of the drawing; empty for the drawing.
  std::string html;
  /// The numbers behind it, in full precision.
  Table numbers;
  /// The same as a reader sees them.
  std::optional<Table> summary;
};

/// A figure of the paper that no run has material for.
struct MissingFigure {
  std::string label;
  std::string needs;
};

/// All figures that there is material for, in the paper's order, then what the paper lacks. Names are unique.
[[nodiscard]] std::vector<StudyFigure> study_figures(std::span<const RunResults> runs, const StudyOptions& options);

/// The paper's figures that are not among these.
[[nodiscard]] std::vector<MissingFigure> missing_figures(const std::vector<StudyFigure>& figures);

/// Appends its variant to a name that occurs more than once, and a number where that is not enough.
[[nodiscard]] std::vector<StudyFigure> named_figures(std::vector<StudyFigure> figures);

// The parts of `study_figures`; each returns nothing where there is no material.

/// Figures 1 and 2: attention of single heads on the first example that has some, with token sources where there are
/// such.
[[nodiscard]] std::vector<StudyFigure> head_figures(std::span<const RunResults> runs);

/// Figure 3: the first example with token sources, else the first example.
[[nodiscard]] std::vector<StudyFigure> first_text_figure(std::span<const RunResults> runs, const StudyOptions& options);

/// Figures 7-14 (context) and 15-18 (thoughts): up to `max_examples` examples of each run.
[[nodiscard]] std::vector<StudyFigure> text_figures(std::span<const RunResults> runs, const StudyOptions& options);

/// Figure 4a or 4b: means over data sets. \param task  "context" or "thought"
[[nodiscard]] std::vector<StudyFigure> mean_figures(const StudyRows& rows, const std::string& task,
                                                    const StudyOptions& options);

/// Figures 19-22 or 23-24: every data set.
[[nodiscard]] std::vector<StudyFigure> detail_figures(const StudyRows& rows, const std::string& task,
                                                      const StudyOptions& options);

/// Not in the paper: LDS against cost, per task and model.
[[nodiscard]] std::vector<StudyFigure> cost_figures(const StudyRows& rows, const std::string& task);

/// Not in the paper: means over data sets of all metrics, with paired differences to AT2.
[[nodiscard]] std::vector<StudyFigure> mean_tables(const StudyRows& rows, const StudyOptions& options);

/// Figure 4c of each run that was timed.
[[nodiscard]] std::vector<StudyFigure> timing_figures(std::span<const RunResults> runs);

/// Figure 5 of each run that was pruned.
[[nodiscard]] std::vector<StudyFigure> prune_figures(std::span<const RunResults> runs);

/// Figure 6 of each model and training set.
[[nodiscard]] std::vector<StudyFigure> theta_figures(std::span<const RunResults> runs);

}  // namespace at2
