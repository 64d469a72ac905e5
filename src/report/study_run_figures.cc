#include <algorithm>
#include <set>
#include <utility>

#include "report/figures.h"
#include "report/format.h"
#include "report/prune_chart.h"
#include "report/prune_table.h"
#include "report/study_figures.h"
#include "report/timing_table.h"

namespace at2 {
namespace {

Table timing_records(const RunResults& run) {
  Table table{{"run", "model", "data_set", "operation", "seconds", "low_quartile", "high_quartile", "share_of_forward",
               "peak_bytes"},
              {}};
  for (const TimingRow& row : run.timing->rows) {
    table.rows.push_back({run.name, run.model, run.evaluation_set, row.operation, exact(row.seconds), exact(row.low),
                          exact(row.high), exact(row.share_of_forward), exact(row.peak_bytes)});
  }
  return table;
}

StudyFigure timing_figure(const RunResults& run) {
  const TimingView& timing = *run.timing;
  StudyFigure figure;
  figure.name = "figure_4c";
  figure.variant = run.model + " " + run.evaluation_set;
  figure.label = "Figure 4c";
  figure.title = "Comparing efficiency, " + run.model;
  figure.caption = "Time for one response and, beside it, its share of one forward pass: medians over " +
                   compact(static_cast<double>(timing.examples)) + " examples from " + run.evaluation_set + " of " +
                   compact(static_cast<double>(timing.mean_tokens)) + " tokens on average, " + run.model + " (" +
                   timing.place + "). Whiskers: quartiles over examples.";
  figure.svg = bar_chart(timing_chart(timing, "Running time, " + run.model));
  figure.numbers = timing_records(run);
  figure.summary = timing_table(timing);
  return figure;
}

Table prune_records_of(const RunResults& run) {
  Table table{{"run", "model", "data_set", "method", "kept", "f1", "f1_standard_error", "f1_low_95", "f1_high_95",
               "exact_match", "exact_match_standard_error", "kept_share", "count"},
              {}};
  for (const PruneRow& row : run.prune->rows) {
    table.rows.push_back({run.name, run.model, run.evaluation_set, row.method,
                          row.kept ? std::to_string(*row.kept) : "", exact(row.f1.mean), exact(row.f1.standard_error),
                          exact(row.f1.low), exact(row.f1.high), exact(row.exact_match.mean),
                          exact(row.exact_match.standard_error), exact(row.kept_share), std::to_string(row.f1.count)});
  }
  return table;
}

StudyFigure prune_figure(const RunResults& run) {
  const PruneView& prune = *run.prune;
  StudyFigure figure;
  figure.name = "figure_5";
  figure.variant = run.model + " " + run.evaluation_set;
  figure.label = "Figure 5";
  figure.title = "Answers from a pruned context, " + run.model;
  figure.caption = "F1 of the answer when only the passages that a method scores highest are kept, over " +
                   compact(static_cast<double>(prune.examples)) + " examples from " + run.evaluation_set + ", " +
                   run.model +
                   ". Level lines: the whole context, and the supporting passages alone (oracle). Error bars and "
                   "bands: one standard error over examples. The F1 axis need not begin at zero. " +
                   unmarked_note(prune);
  figure.svg = prune_chart(prune, "F1 after pruning, " + run.model);
  figure.numbers = prune_records_of(run);
  figure.summary = prune_table(prune);
  return figure;
}

Table theta_records(const RunResults& run) {
  const ThetaView& theta = *run.theta;
  Table table{{"model", "training_set", "layer", "head", "coefficient"}, {}};
  const bool several = theta.features.size() > 1;
  if (several) table.header.emplace_back("feature");
  for (std::int64_t column = 0; column < theta.num_columns(); ++column) {
    for (std::int64_t head = 0; head < theta.num_heads; ++head) {
      const float value = theta.coefficients_LH.at(static_cast<std::size_t>(column * theta.num_heads + head));
      table.rows.push_back({run.model, run.training_set, std::to_string(column % theta.num_layers),
                            std::to_string(head), exact(static_cast<double>(value))});
      if (several) table.rows.back().push_back(theta.feature_of(column));
    }
  }
  return table;
}

StudyFigure theta_figure(const RunResults& run) {
  StudyFigure figure;
  figure.name = "figure_6";
  figure.variant = run.model + " " + run.training_set;
  figure.label = "Figure 6";
  figure.title = "Learned coefficients of the attention heads of " + run.model + ", trained on " + run.training_set;
  const std::string examples = run.counts.training_examples > 0
                                   ? " from " + compact(static_cast<double>(run.counts.training_examples)) + " examples"
                                   : "";
  figure.caption = "Coefficients that AT2 learned" + examples + " of " + run.training_set + " for " + run.model +
                   ". Blue is above zero, orange below; the colour is as strong as the coefficient is large beside "
                   "the largest one.";
  figure.svg = theta_heat_map(*run.theta);
  figure.numbers = theta_records(run);
  return figure;
}

}  // namespace

std::vector<StudyFigure> timing_figures(std::span<const RunResults> runs) {
  std::vector<StudyFigure> figures;
  for (const RunResults& run : runs) {
    if (run.timing && !run.timing->rows.empty()) figures.push_back(timing_figure(run));
  }
  return figures;
}

std::vector<StudyFigure> prune_figures(std::span<const RunResults> runs) {
  std::vector<StudyFigure> figures;
  for (const RunResults& run : runs) {
    if (run.prune && !run.prune->rows.empty()) figures.push_back(prune_figure(run));
  }
  return figures;
}

std::vector<StudyFigure> theta_figures(std::span<const RunResults> runs) {
  std::vector<StudyFigure> figures;
  std::set<std::pair<std::string, std::string>> made;
  for (const RunResults& run : runs) {
    if (run.theta && made.insert({run.model, run.training_set}).second) figures.push_back(theta_figure(run));
  }
  return figures;
}

}  // namespace at2
