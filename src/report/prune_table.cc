#include "report/prune_table.h"

#include "report/format.h"

namespace at2 {
namespace {

constexpr int kDecimals = 3;

std::string kept_text(const PruneRow& row) { return row.kept ? std::to_string(*row.kept) : ""; }

}  // namespace

Table prune_table(const PruneView& view) {
  Table table{{"Context", "Kept", "F1", "Exact match", "Prompt left", "Unmarked"}, {}};
  for (const PruneRow& row : view.rows) {
    table.rows.push_back({row.method, row.kept ? kept_text(row) : std::string(kNoValue), with_error(row.f1, kDecimals),
                          with_error(row.exact_match, kDecimals), fixed(100 * row.kept_share, 0) + " %",
                          std::to_string(row.unmarked_answers)});
  }
  return table;
}

Table prune_records(const PruneView& view) {
  Table table{
      {"method", "kept", "metric", "mean", "standard_error", "low_95", "high_95", "count", "prompt_left", "unmarked"},
      {}};
  for (const PruneRow& row : view.rows) {
    for (const auto& [metric, value] : {std::pair("f1", &row.f1), std::pair("exact_match", &row.exact_match)}) {
      table.rows.push_back({row.method, kept_text(row), metric, exact(value->mean), exact(value->standard_error),
                            exact(value->low), exact(value->high), std::to_string(value->count), exact(row.kept_share),
                            std::to_string(row.unmarked_answers)});
    }
  }
  return table;
}

std::string unmarked_note(const PruneView& view) {
  if (view.unmarked_answers == 0) return "";
  const bool empty = view.unmarked == UnmarkedAnswer::empty;
  return compact(static_cast<double>(view.unmarked_answers)) +
         " responses, those of all rows together, lack the words \"Final answer:\" and count as " +
         (empty ? "no answer." : "answers as a whole.");
}

std::string prune_summary(const PruneView& view) {
  return "Answers from the best sources alone (mean ± standard error over " + std::to_string(view.examples) +
         " examples; unmarked: responses without \"Final answer:\")\n\n" + terminal_table(prune_table(view));
}

}  // namespace at2
