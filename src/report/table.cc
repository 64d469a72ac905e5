#include "report/table.h"

#include <algorithm>
#include <set>

#include "base/errors.h"
#include "report/format.h"
#include "report/metric.h"

namespace at2 {
namespace {

std::string padding(std::size_t width, std::string_view cell) { return std::string(width - display_width(cell), ' '); }

std::string terminal_row(const std::vector<std::string>& cells, const std::vector<std::size_t>& widths) {
  std::string line;
  for (std::size_t column = 0; column < cells.size(); ++column) {
    const std::string pad = padding(widths[column], cells[column]);
    line += column == 0 ? cells[column] + pad : "  " + pad + cells[column];
  }
  line.erase(line.find_last_not_of(' ') + 1);
  return line + "\n";
}

std::string markdown_row(const std::vector<std::string>& cells) {
  std::string line = "|";
  for (const std::string& cell : cells) {
    line += ' ';
    for (const char c : cell) {
      if (c == '|')
        line += "\\|";
      else if (c == '\n')
        line += "<br>";
      else
        line += c;
    }
    line += " |";
  }
  return line + "\n";
}

std::string csv_row(const std::vector<std::string>& cells) {
  std::string line;
  for (std::size_t column = 0; column < cells.size(); ++column) {
    if (column > 0) line += ',';
    const std::string& cell = cells[column];
    if (cell.find_first_of(",\"\r\n") == std::string::npos) {
      line += cell;
      continue;
    }
    line += '"';
    for (const char c : cell) line += c == '"' ? "\"\"" : std::string(1, c);
    line += '"';
  }
  return line + "\n";
}

std::vector<std::string> metric_record(const MethodRow& row, const std::string& metric,
                                       const std::optional<Estimate>& value) {
  if (!value) return {row.method, row.sources, metric, "", "", "", "", "0"};
  return {row.method,
          row.sources,
          metric,
          exact(value->mean),
          exact(value->standard_error),
          exact(value->low),
          exact(value->high),
          std::to_string(value->count)};
}

}  // namespace

std::string terminal_table(const Table& table) {
  std::vector<std::size_t> widths(table.header.size(), 0);
  const auto widen = [&](const std::vector<std::string>& cells) {
    AT2_EXPECT(cells.size() == widths.size(), "every row has a cell per column");
    for (std::size_t column = 0; column < cells.size(); ++column) {
      widths[column] = std::max(widths[column], display_width(cells[column]));
    }
  };
  widen(table.header);
  std::for_each(table.rows.begin(), table.rows.end(), widen);
  std::string text = terminal_row(table.header, widths);
  for (std::size_t column = 0; column < widths.size(); ++column) {
    if (column > 0) text += "  ";
    for (std::size_t i = 0; i < widths[column]; ++i) text += "─";
  }
  text += "\n";
  for (const auto& row : table.rows) text += terminal_row(row, widths);
  return text;
}

std::string markdown_table(const Table& table) {
  std::string text = markdown_row(table.header) + "|";
  for (std::size_t column = 0; column < table.header.size(); ++column) text += column == 0 ? " --- |" : " ---: |";
  text += "\n";
  for (const auto& row : table.rows) text += markdown_row(row);
  return text;
}

std::string csv_table(const Table& table) {
  std::string text = csv_row(table.header);
  for (const auto& row : table.rows) text += csv_row(row);
  return text;
}

std::vector<std::string> source_kinds(const RunResults& results) {
  std::vector<std::string> kinds;
  for (const MethodRow& row : results.rows) {
    if (std::find(kinds.begin(), kinds.end(), row.sources) == kinds.end()) kinds.push_back(row.sources);
  }
  return kinds;
}

std::vector<std::int64_t> drop_ks(const RunResults& results, const std::string& sources) {
  std::set<std::int64_t> ks;
  for (const MethodRow& row : results.rows) {
    if (row.sources != sources) continue;
    for (const auto& [k, drop] : row.drop_by_k) ks.insert(k);
  }
  return {ks.begin(), ks.end()};
}

Table method_table(const RunResults& results, const std::string& sources) {
  const std::vector<Metric> metrics = metrics_of(results, sources);
  Table table{{"Method"}, {}};
  for (const Metric metric : metrics) table.header.push_back(metric_title(metric));
  for (const char* column : {"Forward", "Backward", "Time"}) table.header.emplace_back(column);
  for (const MethodRow& row : results.rows) {
    if (row.sources != sources) continue;
    std::vector<std::string> cells = {row.method};
    for (const Metric metric : metrics) cells.push_back(with_error(value_of(row, metric), metric_decimals(metric)));
    cells.push_back(compact(row.forward_passes));
    cells.push_back(compact(row.backward_passes));
    cells.push_back(duration_text(row.seconds));
    table.rows.push_back(std::move(cells));
  }
  return table;
}

Table comparison_table(const RunResults& results, const std::string& sources) {
  const std::vector<Metric> metrics = metrics_of(results, sources);
  Table table{{"Method"}, {}};
  for (const Metric metric : metrics) table.header.push_back(metric_title(metric));
  table.header.emplace_back("LDS mask error");
  for (const MethodRow& row : results.rows) {
    if (row.sources != sources) continue;
    std::vector<std::string> cells = {row.method};
    bool known = row.lds_mask_error.has_value();
    for (const Metric metric : metrics) {
      const auto over = over_at2(row, metric);
      known = known || over;
      cells.push_back(with_interval(over, metric_decimals(metric)));
    }
    cells.push_back(row.lds_mask_error ? fixed(*row.lds_mask_error, 3) : std::string(kNoValue));
    if (known) table.rows.push_back(std::move(cells));
  }
  return table;
}

Table stage_table(const RunResults& results) {
  Table table{{"Stage", "Time", "Forward passes"}, {}};
  for (const StageRow& stage : results.stages) {
    table.rows.push_back({stage.stage, duration_text(stage.seconds), compact(stage.forward_passes)});
  }
  return table;
}

Table metric_records(const RunResults& results) {
  Table table{{"method", "sources", "metric", "mean", "standard_error", "low_95", "high_95", "count"}, {}};
  for (const MethodRow& row : results.rows) {
    table.rows.push_back(metric_record(row, "lds", row.lds));
    for (const auto& [k, drop] : row.drop_by_k) table.rows.push_back(metric_record(row, metric_key({k}), drop));
    if (row.lds_over_at2) table.rows.push_back(metric_record(row, "lds_over_at2", row.lds_over_at2));
    for (const auto& [k, drop] : row.drop_over_at2_by_k) {
      table.rows.push_back(metric_record(row, metric_key({k}) + "_over_at2", drop));
    }
  }
  return table;
}

Table cost_records(const RunResults& results) {
  Table table{{"method", "sources", "forward_passes", "backward_passes", "seconds"}, {}};
  for (const MethodRow& row : results.rows) {
    table.rows.push_back(
        {row.method, row.sources, exact(row.forward_passes), exact(row.backward_passes), exact(row.seconds)});
  }
  return table;
}

std::string terminal_summary(const RunResults& results) {
  std::string text;
  for (const std::string& kind : source_kinds(results)) {
    if (!text.empty()) text += "\n";
    text += "Sources: " + kind + "s (mean ± standard error over " + std::to_string(results.counts.evaluation_examples) +
            " held-out examples; cost per example)\n\n";
    text += terminal_table(method_table(results, kind));
  }
  return text;
}

}  // namespace at2
