#include <algorithm>
#include <cmath>
#include <numeric>

#include "report/figures.h"
#include "report/format.h"
#include "report/html.h"
#include "report/page.h"
#include "report/page_sections.h"
#include "report/prune_chart.h"
#include "report/prune_table.h"
#include "report/sortable_table.h"
#include "report/timing_table.h"

namespace at2 {
namespace {

/// The heads with the largest coefficients, of either sign.
std::string strongest_heads(const ThetaView& theta) {
  constexpr std::size_t kHeads = 20;
  const std::vector<float>& coefficients = theta.coefficients_LH;
  const auto size = [&](std::size_t head) { return std::abs(static_cast<double>(coefficients[head])); };
  double total = 0;
  for (std::size_t head = 0; head < coefficients.size(); ++head) total += size(head);
  std::vector<std::size_t> order(coefficients.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return size(a) > size(b); });
  order.resize(std::min(kHeads, order.size()));
  SortableTable table{"strongest heads", {"Head", "Layer", "Head in layer", "Coefficient", "Share of all"}, {}};
  for (const std::size_t index : order) {
    const auto column = static_cast<std::int64_t>(index) / theta.num_heads;
    const auto layer = column % theta.num_layers;
    const std::string feature = theta.feature_of(column);
    const auto head = static_cast<std::int64_t>(index) % theta.num_heads;
    const double share = total > 0 ? 100 * size(index) / total : 0;
    table.rows.push_back(
        {{"L" + std::to_string(layer) + " H" + std::to_string(head) + (feature.empty() ? "" : " " + feature)},
         {std::to_string(layer), static_cast<double>(layer)},
         {std::to_string(head), static_cast<double>(head)},
         number_cell(static_cast<double>(coefficients[index])),
         {fixed(share, 1) + " %", share}});
  }
  return "<p class=\"lead\">Layers and heads are counted from 0. A share is that of the coefficients&#39; absolute "
         "values, which add up to 1.</p>\n" +
         sortable_table_html(table);
}

}  // namespace

std::string training_section(const RunResults& results) {
  if (!results.theta && results.training_loss.empty()) return "";
  std::string html =
      "<section id=\"training\"><h2>What AT2 learned</h2>\n<p class=\"lead\">AT2 scores a source by the "
      "attention that the response pays to it, weighted by one learned coefficient per attention head. Strong cells "
      "are the heads it relies on.</p>\n";
  if (results.theta) {
    html += "<figure class=\"wide scroll\">" + theta_heat_map(*results.theta) + "</figure>" +
            strongest_heads(*results.theta);
  }
  if (!results.training_loss.empty()) html += element("figure", "", loss_chart(results.training_loss));
  return html + "</section>\n";
}

std::string prune_section(const RunResults& results) {
  if (!results.prune || results.prune->rows.empty()) return "";
  return "<section id=\"prune\"><h2>Answers from a pruned context</h2>\n<p class=\"lead\">Only the passages that a "
         "method scores highest are kept, and the model answers again. " +
         compact(static_cast<double>(results.prune->examples)) + " examples. " + unmarked_note(*results.prune) +
         "</p>\n<figure class=\"wide scroll\" tabindex=\"0\">" + prune_chart(*results.prune, kPruneTitle) +
         "</figure><p class=\"small\">Error bars and bands: one standard error over examples.</p>\n" +
         sortable_table_html(sortable(prune_table(*results.prune), "answers by what was kept")) + "</section>\n";
}

std::string timing_section(const RunResults& results) {
  if (!results.timing || results.timing->rows.empty()) return "";
  const TimingView& timing = *results.timing;
  SortableTable table = sortable(timing_table(timing), "running times");
  for (std::size_t row = 0; row < timing.rows.size(); ++row) {
    // The texts have units of their own.
    table.rows[row][1].value = timing.rows[row].seconds;
    table.rows[row][2].value = timing.rows[row].low;
  }
  return "<section id=\"timing\"><h2>Running time</h2>\n<p class=\"lead\">Time to attribute one response, and its "
         "share of one forward pass. Medians over " +
         compact(static_cast<double>(timing.examples)) + " examples of " +
         compact(static_cast<double>(timing.mean_tokens)) + " tokens on average; " + escape_markup(timing.place) +
         ".</p>\n<figure class=\"wide scroll\" tabindex=\"0\">" + bar_chart(timing_chart(timing, kTimingTitle)) +
         "</figure><p class=\"small\">Whiskers: quartiles over examples.</p>\n" + sortable_table_html(table) +
         "</section>\n";
}

}  // namespace at2
