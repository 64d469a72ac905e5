#include <algorithm>

#include "report/cost_chart.h"
#include "report/format.h"
#include "report/grouped_bars.h"
#include "report/study_figures.h"
#include "report/study_tables.h"

namespace at2 {
namespace {

std::vector<LegendEntry> legend_of(const std::vector<StudyMethod>& methods) {
  std::vector<LegendEntry> entries;
  for (const StudyMethod& method : methods) entries.push_back({method.label, method.style});
  return entries;
}

BarGroup group_of_means(const StudyRows& rows, const std::string& model, const std::string& kind,
                        const std::vector<StudyMethod>& methods, Metric metric) {
  BarGroup group{model, {}};
  for (const StudyMethod& method : methods) {
    group.values.push_back(mean_over_sets(rows, model, kind, method.key, metric, Side::value));
  }
  return group;
}

GroupedBarChart chart_of_means(const StudyRows& rows, const StudyOptions& options, const std::string& title) {
  const std::vector<StudyMethod> methods = methods_of(rows);
  const std::vector<std::string> kinds = kinds_of(rows);
  GroupedBarChart chart{title, legend_of(methods), {}, kinds.size() == 1 ? 2 : kinds.size()};
  for (const Metric metric : drawn_metrics(options)) {
    for (const std::string& kind : kinds) {
      BarPanel panel{metric_title(metric) + ", " + kind + " sources", metric_axis(metric), {}, metric_decimals(metric)};
      for (const std::string& model : models_of(rows)) {
        panel.groups.push_back(group_of_means(rows, model, kind, methods, metric));
      }
      chart.panels.push_back(std::move(panel));
    }
  }
  return chart;
}

GroupedBarChart chart_of_sets(const StudyRows& rows, const StudyOptions& options, const std::string& model,
                              const std::string& kind, const std::string& title) {
  const std::vector<StudyMethod> methods = methods_of(rows);
  GroupedBarChart chart{title, legend_of(methods), {}, 2};
  for (const Metric metric : drawn_metrics(options)) {
    BarPanel panel{metric_title(metric), metric_axis(metric), {}, metric_decimals(metric)};
    for (const std::string& set : sets_with(rows, model, kind)) {
      BarGroup group{set, {}};
      for (const StudyMethod& method : methods) {
        const MethodRow* row = find_row(rows, model, set, kind, method.key);
        group.values.push_back(row == nullptr ? std::nullopt : value_of(*row, metric));
      }
      panel.groups.push_back(std::move(group));
    }
    chart.panels.push_back(std::move(panel));
  }
  return chart;
}

StudyRows of_model_and_kind(const StudyRows& rows, const std::string& model, const std::string& kind) {
  StudyRows chosen;
  std::copy_if(rows.rows.begin(), rows.rows.end(), std::back_inserter(chosen.rows),
               [&](const StudyRow& row) { return row.run->model == model && row.row->sources == kind; });
  return chosen;
}

std::string metrics_sentence(const StudyOptions& options) {
  return "Drop of the response's log-probability when the " + std::to_string(options.top_k.front()) +
         " highest-scored sources are hidden, and LDS, the rank correlation between predicted and measured "
         "probabilities under random ablations; higher is better for both. ";
}

StudyFigure detail_figure(const StudyRows& rows, const StudyOptions& options, const std::string& task,
                          const std::string& model, const std::string& kind) {
  const StudyRows part = of_model_and_kind(rows, model, kind);
  const bool context = task == "context";
  StudyFigure figure;
  figure.name = context ? "figure_19_22" : "figure_23_24";
  figure.variant = model + " " + kind;
  figure.label = context ? "Figures 19–22" : "Figures 23–24";
  figure.title = "Evaluating " + task + " attributions of " + model + " with " + kind + " sources";
  figure.caption =
      metrics_sentence(options) + where_measured(part) +
      ". Error bars: one standard error over examples. In the table, differences to AT2 are over the "
      "same examples, and a star marks those whose 95 % bootstrap interval excludes 0, from 10 examples on.";
  figure.svg = grouped_bar_chart(chart_of_sets(part, options, model, kind, model + ", " + kind + " sources"));
  figure.numbers = detail_records(part, options);
  figure.summary = detail_summary(part, model, kind, options);
  return figure;
}

/// A method's mean cost over the data sets of a model.
double mean_passes(const StudyRows& rows, const std::string& model, const std::string& kind, const std::string& key) {
  double sum = 0;
  const std::vector<std::string> sets = sets_with(rows, model, kind);
  for (const std::string& set : sets) sum += forward_equivalents(*find_row(rows, model, set, kind, key));
  return sum / static_cast<double>(sets.size());
}

std::vector<CostPanel> cost_panels(const StudyRows& rows, const std::string& model, Table& numbers) {
  std::vector<CostPanel> panels;
  for (const std::string& kind : kinds_of(rows)) {
    CostPanel panel{kind + " sources", {}};
    for (const StudyMethod& method : methods_of(rows)) {
      const auto lds = mean_over_sets(rows, model, kind, method.key, {}, Side::value);
      if (!lds) continue;
      const double passes = mean_passes(rows, model, kind, method.key);
      if (!(passes > 0)) continue;
      panel.points.push_back({method.label, passes, *lds});
      numbers.rows.push_back(
          {model, kind, method.key, method.label, exact(passes), exact(lds->mean), exact(lds->standard_error)});
    }
    if (!panel.points.empty()) panels.push_back(std::move(panel));
  }
  return panels;
}

}  // namespace

std::vector<StudyFigure> mean_figures(const StudyRows& all, const std::string& task, const StudyOptions& options) {
  if (all.rows.empty()) return {};
  const StudyRows rows = of_complete_sets(all);
  const bool context = task == "context";
  StudyFigure figure;
  figure.name = context ? "figure_4a" : "figure_4b";
  figure.label = context ? "Figure 4a" : "Figure 4b";
  figure.title = "Evaluating " + task + " attributions";
  figure.caption =
      metrics_sentence(options) + "Mean over data sets of each data set's mean: " + where_measured(rows) +
      ". Error bars: one standard error, the root of the summed squares of those of the data sets over "
      "their number. A data set on which not all methods were measured is left out where others have them all.";
  figure.svg = grouped_bar_chart(chart_of_means(rows, options, figure.title));
  figure.numbers = mean_records(rows, options);
  figure.summary = mean_summary(rows, drawn_metrics(options));
  return {figure};
}

std::vector<StudyFigure> detail_figures(const StudyRows& rows, const std::string& task, const StudyOptions& options) {
  std::vector<StudyFigure> figures;
  for (const std::string& model : models_of(rows)) {
    for (const std::string& kind : kinds_of(rows)) {
      if (!sets_with(rows, model, kind).empty()) figures.push_back(detail_figure(rows, options, task, model, kind));
    }
  }
  return figures;
}

std::vector<StudyFigure> cost_figures(const StudyRows& all, const std::string& task) {
  const StudyRows rows = of_complete_sets(all);
  std::vector<StudyFigure> figures;
  for (const std::string& model : models_of(rows)) {
    StudyFigure figure;
    figure.numbers = {{"model", "sources", "method_key", "method", "passes", "lds", "lds_standard_error"}, {}};
    const std::vector<CostPanel> panels = cost_panels(rows, model, figure.numbers);
    if (panels.empty()) continue;
    figure.name = "figure_cost";
    figure.variant = task + " " + model;
    figure.label = "Cost";
    figure.title = "Quality against cost, " + task + " attribution, " + model;
    figure.caption =
        "LDS against what one attribution costs: forward passes, a backward pass counted as two; "
        "attributions that reuse one pass cost one. Means over " +
        joined(data_sets_of(rows, model)) + ". Error bars: one standard error. Not in the paper.";
    figure.svg = cost_chart(panels, figure.title);
    figures.push_back(std::move(figure));
  }
  return figures;
}

std::vector<StudyFigure> mean_tables(const StudyRows& rows, const StudyOptions& options) {
  std::vector<StudyFigure> tables;
  for (const char* task : {"context", "thought"}) {
    const StudyRows part = of_complete_sets(of_task(rows, task));
    if (part.rows.empty()) continue;
    StudyFigure table;
    table.name = "table_means";
    table.variant = task;
    table.label = "Table";
    table.title = "Means over data sets, " + std::string(task) + " attribution";
    table.caption =
        "All metrics of all methods: mean ± standard error as in Figure 4, and the difference to AT2 on the "
        "same examples. A star marks differences whose 95 % interval excludes 0, from 10 examples on. " +
        where_measured(part) + ".";
    table.numbers = mean_records(part, options);
    table.summary = mean_summary(part, all_metrics(options));
    tables.push_back(std::move(table));
  }
  return tables;
}

}  // namespace at2
