#include <algorithm>

#include "report/findings.h"
#include "report/format.h"
#include "report/html.h"
#include "report/page_sections.h"
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

/// A word beside the sentence says how sure it is, so that no colour is needed to see it.
std::string finding_html(const Finding& finding) {
  const auto item = [&](const char* css_class, const char* word) {
    return "<li class=\"" + std::string(css_class) + "\"><span class=\"sure\">" + word + "</span><span>" +
           escape_markup(finding.sentence) + "</span></li>\n";
  };
  switch (finding.certainty) {
    case Certainty::clear:
      return item("clear", "clear");
    case Certainty::open:
      return item("open", "open");
    case Certainty::too_few:
      return item("few", "too few");
    case Certainty::fact:
      break;
  }
  return item("fact", "measured");
}

std::string findings_html(const RunResults& results) {
  std::string items;
  for (const Finding& finding : findings(results)) items += finding_html(finding);
  if (items.empty()) return "";
  return "<h2>What came out</h2>\n<ul class=\"findings\">" + items +
         "</ul>\n<p class=\"small\">Intervals are bootstrap intervals over examples, differences are paired on the "
         "same "
         "examples. A difference is called clear where its interval excludes 0 and it is over " +
         std::to_string(kFewestToJudge) + " examples or more.</p>\n";
}

}  // namespace

std::string summary_section(const RunResults& results) {
  return "<header><p class=\"kicker\">AT2 report</p><h1>" + escape_markup(results.name) +
         "</h1>\n<p class=\"lead\">Which parts of the context did the model use when it wrote each sentence of its "
         "response? Every method below answers with one score per <i>source</i> – a token, a sentence or a passage of "
         "the context. This page shows how good the answers are, what they cost, and what they look like.</p>\n" +
         findings_html(results) + headline_tiles(results) + "<h2>What was run</h2>\n" + what_was_run(results) +
         "</header>\n";
}

}  // namespace at2
