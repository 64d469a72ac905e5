#include "report/study_tables.h"

#include <algorithm>

#include "report/format.h"

namespace at2 {
namespace {

/// "HotpotQA (400 examples)", as many as the metric with the most has.
std::string set_with_size(const StudyRows& rows, const std::string& model, const std::string& set) {
  std::int64_t examples = 0;
  for (const auto& [run, row] : rows.rows) {
    if (run->model != model || run->evaluation_set != set) continue;
    if (row->lds) examples = std::max(examples, row->lds->count);
    for (const auto& [k, drop] : row->drop_by_k) examples = std::max(examples, drop.count);
  }
  return set + " (" + compact(static_cast<double>(examples)) + " examples)";
}

std::string exact_mean(const std::optional<Estimate>& value) { return value ? exact(value->mean) : ""; }
std::string exact_error(const std::optional<Estimate>& value) { return value ? exact(value->standard_error) : ""; }
std::string exact_low(const std::optional<Estimate>& value) { return value ? exact(value->low) : ""; }
std::string exact_high(const std::optional<Estimate>& value) { return value ? exact(value->high) : ""; }
std::string count_text(const std::optional<Estimate>& value) { return std::to_string(value ? value->count : 0); }

std::vector<std::string> detail_cells(const std::string& name, const MethodRow& row, const StudyOptions& options) {
  std::vector<std::string> cells = {name};
  for (const Metric metric : drawn_metrics(options)) {
    cells.push_back(with_error(value_of(row, metric), metric_decimals(metric)));
    cells.push_back(with_interval(over_at2(row, metric), metric_decimals(metric)));
  }
  cells.push_back(row.lds_mask_error ? fixed(*row.lds_mask_error, 3) : std::string(kNoValue));
  return cells;
}

}  // namespace

std::string where_measured(const StudyRows& rows) {
  // Models that were measured on the same sets are named together.
  std::vector<std::pair<std::string, std::vector<std::string>>> models_by_sets;
  for (const std::string& model : models_of(rows)) {
    std::vector<std::string> sets;
    for (const std::string& set : data_sets_of(rows, model)) sets.push_back(set_with_size(rows, model, set));
    const std::string text = joined(sets);
    if (models_by_sets.empty() || models_by_sets.back().first != text) models_by_sets.push_back({text, {}});
    models_by_sets.back().second.push_back(model);
  }
  std::string text;
  for (const auto& [sets, models] : models_by_sets) text += (text.empty() ? "" : "; ") + joined(models) + " on " + sets;
  return text;
}

std::vector<Metric> drawn_metrics(const StudyOptions& options) { return {Metric{options.top_k.front()}, Metric{}}; }

std::vector<Metric> all_metrics(const StudyOptions& options) {
  std::vector<Metric> metrics = {Metric{}};
  for (const std::int64_t k : options.top_k) metrics.push_back({k});
  return metrics;
}

Table mean_records(const StudyRows& rows, const StudyOptions& options) {
  Table table{{"model", "sources", "method_key", "method", "metric", "mean", "standard_error", "data_sets", "examples",
               "over_at2", "over_at2_standard_error"},
              {}};
  for (const std::string& model : models_of(rows)) {
    for (const std::string& kind : kinds_of(rows)) {
      const std::string num_sets = std::to_string(sets_with(rows, model, kind).size());
      for (const StudyMethod& method : methods_of(rows)) {
        for (const Metric metric : all_metrics(options)) {
          const auto value = mean_over_sets(rows, model, kind, method.key, metric, Side::value);
          const auto over = mean_over_sets(rows, model, kind, method.key, metric, Side::over_at2);
          table.rows.push_back({model, kind, method.key, method.label, metric_key(metric), exact_mean(value),
                                exact_error(value), num_sets, count_text(value), exact_mean(over), exact_error(over)});
        }
      }
    }
  }
  return table;
}

Table mean_summary(const StudyRows& rows, const std::vector<Metric>& metrics) {
  Table table{{"Model, sources, method"}, {}};
  for (const Metric metric : metrics) {
    table.header.push_back(metric_title(metric));
    table.header.push_back(metric_title(metric) + " less AT2");
  }
  for (const std::string& model : models_of(rows)) {
    for (const std::string& kind : kinds_of(rows)) {
      if (sets_with(rows, model, kind).empty()) continue;
      for (const StudyMethod& method : methods_of(rows)) {
        std::vector<std::string> cells = {model + ", " + kind + ", " + method.label};
        for (const Metric metric : metrics) {
          const int decimals = metric_decimals(metric);
          cells.push_back(with_error(mean_over_sets(rows, model, kind, method.key, metric, Side::value), decimals));
          cells.push_back(
              with_interval(mean_over_sets(rows, model, kind, method.key, metric, Side::over_at2), decimals));
        }
        table.rows.push_back(std::move(cells));
      }
    }
  }
  return table;
}

Table detail_records(const StudyRows& rows, const StudyOptions& options) {
  Table table{
      {"run", "model", "data_set", "training_set", "sources", "method_key", "method", "metric", "mean",
       "standard_error", "low_95", "high_95", "count", "over_at2", "over_at2_low_95", "over_at2_high_95", "mask_error"},
      {}};
  for (const auto& [run, row] : rows.rows) {
    for (const Metric metric : all_metrics(options)) {
      const auto value = value_of(*row, metric);
      const auto over = over_at2(*row, metric);
      const bool masks = !metric.k && row->lds_mask_error;
      table.rows.push_back({run->name, run->model, run->evaluation_set, run->training_set, row->sources, row->key,
                            row->method, metric_key(metric), exact_mean(value), exact_error(value), exact_low(value),
                            exact_high(value), count_text(value), exact_mean(over), exact_low(over), exact_high(over),
                            masks ? exact(*row->lds_mask_error) : ""});
    }
  }
  return table;
}

Table detail_summary(const StudyRows& rows, const std::string& model, const std::string& sources,
                     const StudyOptions& options) {
  Table table{{"Data set, method"}, {}};
  for (const Metric metric : drawn_metrics(options)) {
    table.header.push_back(metric_title(metric));
    table.header.push_back(metric_title(metric) + " less AT2");
  }
  table.header.emplace_back("LDS mask error");
  for (const std::string& set : sets_with(rows, model, sources)) {
    for (const StudyMethod& method : methods_of(rows)) {
      const MethodRow* row = find_row(rows, model, set, sources, method.key);
      if (row != nullptr) table.rows.push_back(detail_cells(set + ", " + method.label, *row, options));
    }
  }
  return table;
}

}  // namespace at2
