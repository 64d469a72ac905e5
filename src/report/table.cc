#include "report/table.h"

#include <algorithm>
#include <set>

#include "base/errors.h"
#include "report/format.h"

namespace at2 {
namespace {

constexpr int kLdsDecimals = 3;
constexpr int kDropDecimals = 2;

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
  if (!value) return {row.key, row.method, row.sources, metric, "", "", "", "", "0"};
  return {row.key,
          row.method,
          row.sources,
          metric,
          exact(value->mean),
          exact(value->standard_error),
          exact(value->low),
          exact(value->high),
          std::to_string(value->count)};
}

/// "-0.21 ± 0.07*"
std::string difference_cell(const std::optional<Estimate>& value, int decimals) {
  const std::string text = with_error(value, decimals);
  return value && excludes_zero(*value) ? text + "*" : text;
}

const std::optional<Estimate> kNone;

std::optional<Estimate> at_k(const std::map<std::int64_t, Estimate>& drop_by_k, std::int64_t k) {
  const auto drop = drop_by_k.find(k);
  return drop == drop_by_k.end() ? kNone : std::optional(drop->second);
}

/// A table with its caption, or nothing for an empty one.
std::string comparison_text(const RunResults& results, const std::string& sources,
                            std::string (*as_text)(const Table&)) {
  const Table table = comparison_table(results, sources);
  if (table.rows.empty()) return "";
  return "\n" + comparison_caption(results, sources) + "\n\n" + as_text(table);
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

double forward_equivalents(const MethodRow& row) { return row.forward_passes + 2 * row.backward_passes; }

std::optional<std::string> baseline_of(const RunResults& results, const std::string& sources) {
  std::optional<std::string> baseline;
  bool compared = false;
  for (const MethodRow& row : results.rows) {
    if (row.sources != sources) continue;
    compared = compared || row.lds_over_at2 || !row.drop_over_at2_by_k.empty();
    if (row.key == "at2" || (row.key == "at2_general" && !baseline)) baseline = row.method;
  }
  return compared ? baseline : std::nullopt;
}

Table comparison_table(const RunResults& results, const std::string& sources) {
  const bool compared = baseline_of(results, sources).has_value();
  const std::vector<std::int64_t> ks = compared ? drop_ks(results, sources) : std::vector<std::int64_t>{};
  Table table{{"Method"}, {}};
  if (compared) table.header.emplace_back("LDS");
  for (const std::int64_t k : ks) table.header.push_back("Top-" + std::to_string(k) + " drop");
  table.header.emplace_back("Mask error");
  bool empty = !compared;
  for (const MethodRow& row : results.rows) {
    if (row.sources != sources) continue;
    std::vector<std::string> cells = {row.method};
    if (compared) cells.push_back(difference_cell(row.lds_over_at2, kLdsDecimals));
    for (const std::int64_t k : ks) cells.push_back(difference_cell(at_k(row.drop_over_at2_by_k, k), kDropDecimals));
    cells.push_back(row.lds_mask_error ? fixed(*row.lds_mask_error, kLdsDecimals) : std::string(kNoValue));
    empty = empty && !row.lds_mask_error;
    table.rows.push_back(std::move(cells));
  }
  if (empty) table.rows.clear();
  return table;
}

std::string comparison_caption(const RunResults& results, const std::string& sources) {
  std::string text;
  if (const auto baseline = baseline_of(results, sources)) {
    text = "Less " + *baseline + " on the same examples (mean ± standard error; *: the " +
           compact(100 * results.confidence) + " % bootstrap interval excludes 0, from " +
           std::to_string(kFewestToJudge) + " examples on).\n";
  }
  return text + "Mask error: standard error of the LDS from the draw of its ablations.";
}

Table method_table(const RunResults& results, const std::string& sources) {
  const std::vector<std::int64_t> ks = drop_ks(results, sources);
  Table table{{"Method", "LDS"}, {}};
  for (const std::int64_t k : ks) table.header.push_back("Top-" + std::to_string(k) + " drop");
  for (const char* column : {"Passes", "Time"}) table.header.emplace_back(column);
  for (const MethodRow& row : results.rows) {
    if (row.sources != sources) continue;
    std::vector<std::string> cells = {row.method, with_error(row.lds, kLdsDecimals)};
    for (const std::int64_t k : ks) cells.push_back(with_error(at_k(row.drop_by_k, k), kDropDecimals));
    cells.push_back(compact(forward_equivalents(row)));
    cells.push_back(duration_text(row.seconds));
    table.rows.push_back(std::move(cells));
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
  Table table{{"key", "method", "sources", "metric", "mean", "standard_error", "low", "high", "count"}, {}};
  const auto drop_name = [](std::int64_t k) { return "top_" + std::to_string(k) + "_drop"; };
  for (const MethodRow& row : results.rows) {
    table.rows.push_back(metric_record(row, "lds", row.lds));
    if (row.lds_mask_error) {
      table.rows.push_back({row.key, row.method, row.sources, "lds_mask_error", "", exact(*row.lds_mask_error), "", "",
                            std::to_string(row.lds ? row.lds->count : 0)});
    }
    if (row.lds_over_at2) table.rows.push_back(metric_record(row, "lds_over_at2", row.lds_over_at2));
    for (const auto& [k, drop] : row.drop_by_k) table.rows.push_back(metric_record(row, drop_name(k), drop));
    for (const auto& [k, drop] : row.drop_over_at2_by_k) {
      table.rows.push_back(metric_record(row, drop_name(k) + "_over_at2", drop));
    }
  }
  return table;
}

Table cost_records(const RunResults& results) {
  Table table{{"key", "method", "sources", "forward_passes", "backward_passes", "forward_equivalents", "seconds"}, {}};
  for (const MethodRow& row : results.rows) {
    table.rows.push_back({row.key, row.method, row.sources, exact(row.forward_passes), exact(row.backward_passes),
                          exact(forward_equivalents(row)), exact(row.seconds)});
  }
  return table;
}

std::string markdown_summary(const RunResults& results) {
  std::string text;
  for (const std::string& kind : source_kinds(results)) {
    if (!text.empty()) text += "\n";
    text += "Sources: " + kind +
            "s. Mean ± standard error over examples; cost per example, a backward pass as two forward passes.\n\n";
    text += markdown_table(method_table(results, kind)) + comparison_text(results, kind, markdown_table);
  }
  return text;
}

std::string terminal_summary(const RunResults& results) {
  std::string text;
  for (const std::string& kind : source_kinds(results)) {
    if (!text.empty()) text += "\n";
    text += "Sources: " + kind + "s (mean ± standard error over " + std::to_string(results.counts.evaluation_examples) +
            " held-out examples; cost per example, a backward pass as two forward passes)\n\n";
    text += terminal_table(method_table(results, kind)) + comparison_text(results, kind, terminal_table);
  }
  return text;
}

}  // namespace at2
