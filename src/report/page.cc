#include "report/page.h"

#include <algorithm>
#include <cmath>

#include "report/figures.h"
#include "report/format.h"
#include "report/html.h"
#include "report/prune_chart.h"
#include "report/prune_table.h"
#include "report/table.h"

namespace at2 {
namespace {

const MethodRow* row_of_key(const RunResults& results, const std::string& sources, std::string_view key) {
  for (const MethodRow& row : results.rows) {
    if (row.sources == sources && row.key == key) return &row;
  }
  return nullptr;
}

std::string tile(std::string_view value, std::string_view caption) {
  return "<div class=\"tile\">" + element("b", "", escape_markup(value)) + element("span", "", escape_markup(caption)) +
         "</div>";
}

/// "; average attention 0.35": what the attention heads give without learning, for comparison.
std::string beside(const std::optional<Estimate>& baseline, int decimals) {
  return baseline ? "; average attention " + fixed(baseline->mean, decimals) : "";
}

/// LDS and the drop with the largest k of AT2, for one kind of source.
std::string method_tiles(const RunResults& results, const std::string& sources) {
  const MethodRow* row = row_of_key(results, sources, "at2");
  if (row == nullptr) return "";
  const MethodRow* baseline = row_of_key(results, sources, "average_attention");
  const std::string kind = ", " + sources + " sources";
  std::string tiles = tile(with_error(row->lds, 2),
                           "LDS of AT2" + kind + beside(baseline != nullptr ? baseline->lds : std::nullopt, 2));
  if (row->drop_by_k.empty()) return tiles;
  const auto& [k, drop] = *row->drop_by_k.rbegin();
  std::optional<Estimate> other;
  if (baseline != nullptr && baseline->drop_by_k.contains(k)) other = baseline->drop_by_k.at(k);
  return tiles + tile(with_error(drop, 1), "top-" + std::to_string(k) + " drop of AT2" + kind + beside(other, 1));
}

/// The numbers of AT2, and the size of the run.
std::string headline_tiles(const RunResults& results) {
  std::string tiles;
  for (const std::string& kind : source_kinds(results)) tiles += method_tiles(results, kind);
  double seconds = 0;
  for (const StageRow& stage : results.stages) seconds += stage.seconds;
  tiles += tile(compact(static_cast<double>(results.counts.evaluation_examples)), "held-out examples");
  if (!results.stages.empty()) tiles += tile(duration_text(seconds), "whole run");
  return element("div", "tiles", tiles);
}

std::string skipped_text(const RunCounts& counts) {
  if (counts.skipped.empty()) return "none";
  std::string text;
  for (const auto& [reason, count] : counts.skipped) {
    if (!text.empty()) text += ", ";
    text += std::to_string(count) + " × " + reason;
  }
  return text;
}

std::string what_was_run(const RunResults& results) {
  const auto amount = [](std::int64_t examples, std::int64_t targets) {
    return " (" + compact(static_cast<double>(examples)) + " examples, " + compact(static_cast<double>(targets)) +
           " response sentences)";
  };
  const RunCounts& counts = results.counts;
  std::string list;
  const auto add = [&](std::string_view term, const std::string& value) {
    list += element("dt", "", escape_markup(term)) + element("dd", "", escape_markup(value));
  };
  add("Model", results.model);
  if (!results.training_set.empty()) {
    add("Trained on", results.training_set + amount(counts.training_examples, counts.training_targets));
  }
  add("Evaluated on", results.evaluation_set + amount(counts.evaluation_examples, counts.evaluation_targets));
  add("Records skipped", skipped_text(counts));
  std::string notes;
  for (const std::string& note : results.notes) notes += element("li", "", escape_markup(note));
  return element("dl", "run", list) + (notes.empty() ? "" : element("ul", "notes", notes));
}

/// Whether no row of this kind has a higher value; several if they tie.
bool is_best(const RunResults& results, const MethodRow& row, Metric metric) {
  const auto value = value_of(row, metric);
  return value && std::none_of(results.rows.begin(), results.rows.end(), [&](const MethodRow& other) {
           const auto rival = value_of(other, metric);
           return other.sources == row.sources && rival && rival->mean > value->mean;
         });
}

/// The first cells of a row are its name and its metrics, in this order.
std::string row_html(const RunResults& results, const MethodRow& row, const std::vector<std::string>& cells) {
  const std::vector<Metric> metrics = metrics_of(results, row.sources);
  std::string line = "<th scope=\"row\">" + escape_markup(cells.front()) + "</th>";
  for (std::size_t column = 1; column < cells.size(); ++column) {
    const bool best = column <= metrics.size() && is_best(results, row, metrics[column - 1]);
    line += element("td", best ? "best" : "", escape_markup(cells[column]));
  }
  return "<tr>" + line + "</tr>\n";
}

std::string scores_table(const RunResults& results, const std::string& sources) {
  const Table table = method_table(results, sources);
  std::string head;
  for (const std::string& cell : table.header) head += "<th scope=\"col\">" + escape_markup(cell) + "</th>";
  std::string body;
  auto cells = table.rows.begin();
  for (const MethodRow& row : results.rows) {
    if (row.sources == sources) body += row_html(results, row, *cells++);
  }
  return "<div class=\"scroll\" tabindex=\"0\"><table><caption>" + escape_markup(sources) +
         " sources</caption><thead><tr>" + head + "</tr></thead>\n<tbody>" + body + "</tbody></table></div>";
}

/// Paired differences to AT2 of all kinds of source; nothing where there are none.
std::string comparison_html(const RunResults& results) {
  std::string html;
  for (const std::string& kind : source_kinds(results)) {
    const Table table = comparison_table(results, kind);
    if (table.rows.empty()) continue;
    html += "<p class=\"lead\">" + escape_markup(comparison_caption(results, kind)) + "</p>\n" +
            table_html(table, kind + " sources");
  }
  return html.empty() ? "" : "<h3>Compared with AT2</h3>\n" + html;
}

std::string scores_section(const RunResults& results) {
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

std::string training_section(const RunResults& results) {
  if (!results.theta && results.training_loss.empty()) return "";
  std::string html =
      "<section id=\"training\"><h2>What AT2 learned</h2>\n<p class=\"lead\">AT2 scores a source by the "
      "attention that the response pays to it, weighted by one learned coefficient per attention head. Strong cells "
      "are the heads it relies on.</p>\n";
  if (results.theta) html += "<figure class=\"wide scroll\">" + theta_heat_map(*results.theta) + "</figure>";
  if (!results.training_loss.empty()) html += element("figure", "", loss_chart(results.training_loss));
  return html + "</section>\n";
}

std::string prune_section(const RunResults& results) {
  if (!results.prune || results.prune->rows.empty()) return "";
  return "<section id=\"prune\"><h2>Answers from a pruned context</h2>\n<p class=\"lead\">Only the passages that a "
         "method scores highest are kept, and the model answers again. " +
         compact(static_cast<double>(results.prune->examples)) + " examples. " + unmarked_note(*results.prune) +
         "</p>\n<figure class=\"wide scroll\" "
         "tabindex=\"0\">" +
         prune_chart(*results.prune, kPruneTitle) +
         "</figure><p class=\"small\">Error bars and bands: one standard error over examples.</p></section>\n";
}

std::string timing_section(const RunResults& results) {
  if (!results.timing || results.timing->rows.empty()) return "";
  const TimingView& timing = *results.timing;
  return "<section id=\"timing\"><h2>Running time</h2>\n<p class=\"lead\">Time to attribute one response, and its "
         "share of one forward pass. Medians over " +
         compact(static_cast<double>(timing.examples)) + " examples of " +
         compact(static_cast<double>(timing.mean_tokens)) + " tokens on average; " + escape_markup(timing.place) +
         ".</p>\n<figure class=\"wide scroll\" tabindex=\"0\">" + bar_chart(timing_chart(timing, kTimingTitle)) +
         "</figure><p class=\"small\">Whiskers: quartiles over examples.</p></section>\n";
}

std::string cost_section(const RunResults& results) {
  if (results.stages.empty()) return "";
  double longest = 0;
  for (const StageRow& stage : results.stages) longest = std::max(longest, stage.seconds);
  std::string body;
  for (const StageRow& stage : results.stages) {
    const double share = longest > 0 ? 100 * stage.seconds / longest : 0;
    body += "<tr><th scope=\"row\">" + escape_markup(stage.stage) +
            "</th><td class=\"meter\"><span style=\"width:" + fixed(share, 1) + "%\"></span></td><td>" +
            duration_text(stage.seconds) + "</td><td>" + compact(stage.forward_passes) + "</td></tr>\n";
  }
  return "<section id=\"cost\"><h2>Cost per stage</h2>\n<div class=\"scroll\"><table class=\"stages\"><thead><tr>"
         "<th scope=\"col\">Stage</th><th></th><th scope=\"col\">Time</th><th scope=\"col\">Forward passes</th></tr>"
         "</thead>\n<tbody>" +
         body + "</tbody></table></div></section>\n";
}

}  // namespace

std::string report_page(const RunResults& results, const ReportOptions& options) {
  std::string body = "<header><p class=\"kicker\">AT2 report</p><h1>" + escape_markup(results.name) + "</h1>\n";
  body +=
      "<p class=\"lead\">Which parts of the context did the model use when it wrote each sentence of its "
      "response? Every method below answers with one score per <i>source</i> – a token, a sentence or a passage of the "
      "context. This page shows how good the answers are, what they cost, and what they look like.</p>\n";
  body += headline_tiles(results) + what_was_run(results) + "</header>\n";
  body += scores_section(results) + training_section(results) + prune_section(results) + timing_section(results);
  body += cost_section(results) + example_sections(results, options);
  return whole_page(results.name + " – AT2 report", "", body, page_script());
}

}  // namespace at2
