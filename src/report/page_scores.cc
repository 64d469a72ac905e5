#include <algorithm>

#include "report/figures.h"
#include "report/format.h"
#include "report/html.h"
#include "report/metric.h"
#include "report/page_sections.h"
#include "report/sortable_table.h"

namespace at2 {
namespace {

/// Whether no row of this kind has a higher value; several if they tie.
bool is_best(const RunResults& results, const MethodRow& row, Metric metric) {
  const auto value = value_of(row, metric);
  return value && std::none_of(results.rows.begin(), results.rows.end(), [&](const MethodRow& other) {
           const auto rival = value_of(other, metric);
           return other.sources == row.sources && rival && rival->mean > value->mean;
         });
}

std::string scores_table(const RunResults& results, const std::string& sources) {
  const std::vector<Metric> metrics = metrics_of(results, sources);
  SortableTable table{sources + " sources", method_table(results, sources).header, {}};
  for (const MethodRow& row : results.rows) {
    if (row.sources != sources) continue;
    std::vector<SortableCell> cells = {{row.method}};
    for (const Metric metric : metrics) {
      cells.push_back(estimate_cell(value_of(row, metric), metric_decimals(metric)));
      if (is_best(results, row, metric)) cells.back().css_class = "best";
    }
    cells.push_back(number_cell(forward_equivalents(row)));
    cells.push_back(duration_cell(row.seconds));
    table.rows.push_back(std::move(cells));
  }
  return sortable_table_html(table);
}

/// Paired differences to AT2 of all kinds of source; nothing where there are none.
std::string comparison_html(const RunResults& results) {
  std::string html;
  std::string said;
  for (const std::string& kind : source_kinds(results)) {
    const Table table = comparison_table(results, kind);
    if (table.rows.empty()) continue;
    const std::string caption = comparison_caption(results, kind);
    if (caption != said) html += "<p class=\"lead\">" + escape_markup(caption) + "</p>\n";
    said = caption;
    html += sortable_table_html(sortable(table, kind + " sources, compared"));
  }
  return html.empty() ? "" : "<h3>Compared with AT2</h3>\n" + html;
}

}  // namespace

std::string scores_section(const RunResults& results) {
  if (results.rows.empty()) return "";
  std::string html =
      "<section id=\"scores\"><h2>Scores</h2>\n<p class=\"lead\"><b>LDS</b> hides random halves of the "
      "sources and asks whether a method predicts how probable the response stays: 1 is a perfect ranking, 0 is "
      "chance. <b>Top-<i>k</i> drop</b> hides the <i>k</i> sources a method scores highest and measures how much "
      "log-probability the response loses: more means that the method found what mattered. Mean ± standard error over "
      "examples; the best of a column is bold. Passes through the model, a backward pass as two forward passes, and "
      "time are for one example.</p>\n";
  for (const std::string& kind : source_kinds(results)) html += scores_table(results, kind);
  html += comparison_html(results) + "<div class=\"charts\">";
  for (const std::string& kind : source_kinds(results)) {
    for (const Metric metric : metrics_of(results, kind)) {
      html += element("figure", "", bar_chart(metric_chart(results, kind, metric)));
    }
  }
  return html + "</div><p class=\"small\">Whiskers: one standard error.</p></section>\n";
}

}  // namespace at2
