#include "report/lds_table.h"

#include <algorithm>

#include "report/format.h"

namespace at2 {
namespace {

constexpr int kDecimals = 3;

std::string words_of(std::string name) {
  std::replace(name.begin(), name.end(), '_', ' ');
  return name;
}

std::string count_text(std::int64_t count) { return compact(static_cast<double>(count)); }

std::vector<std::string> training_cells(const std::optional<TrainedWith>& trained) {
  if (!trained) return std::vector<std::string>(5, std::string(kNoValue));
  const std::string chosen = trained->prior_candidates.empty() ? "" : " (chosen)";
  return {features_text(*trained), compact(trained->prior_strength) + chosen, count_text(trained->examples),
          count_text(trained->ablations), count_text(trained->nonzero_heads) + " of " + count_text(trained->heads)};
}

std::vector<std::string> training_records(const std::optional<TrainedWith>& trained) {
  if (!trained) return std::vector<std::string>(6);
  std::string features;
  for (const std::string& feature : trained->features) features += (features.empty() ? "" : "+") + feature;
  return {features,
          exact(trained->prior_strength),
          std::to_string(trained->examples),
          std::to_string(trained->ablations),
          std::to_string(trained->nonzero_heads),
          std::to_string(trained->heads)};
}

void append(std::vector<std::string>& cells, const std::vector<std::string>& more) {
  cells.insert(cells.end(), more.begin(), more.end());
}

/// Mean, standard error, interval; the same number of empty cells where there is no value.
std::vector<std::string> estimate_records(const std::optional<Estimate>& value) {
  if (!value) return std::vector<std::string>(4);
  return {exact(value->mean), exact(value->standard_error), exact(value->low), exact(value->high)};
}

std::string examples_text(const LdsGroup& group) {
  std::int64_t least = -1;
  std::int64_t most = 0;
  for (const LdsRow& row : group.rows) {
    const std::int64_t count = row.lds ? row.lds->count : 0;
    least = least < 0 ? count : std::min(least, count);
    most = std::max(most, count);
  }
  const std::string range = least == most ? count_text(most) : count_text(least) + " to " + count_text(most);
  return range + (most == 1 ? " example" : " examples");
}

}  // namespace

std::string features_text(const TrainedWith& trained) {
  std::string text;
  for (const std::string& feature : trained.features) text += (text.empty() ? "" : " + ") + words_of(feature);
  return text;
}

std::string departure_from_paper(const TrainedWith& trained) {
  std::vector<std::string> parts;
  if (trained.features != std::vector<std::string>{"attention"}) parts.push_back("weighs " + features_text(trained));
  if (trained.prior_strength != 0) {
    const std::string chosen = trained.prior_candidates.empty() ? "" : "chosen ";
    parts.push_back("was drawn to equal weights by a " + chosen + "prior of " + compact(trained.prior_strength));
  }
  if (trained.nonzero_heads < trained.heads) {
    parts.push_back("has " + count_text(trained.nonzero_heads) + " of " + count_text(trained.heads) + " heads");
  }
  return parts.empty() ? "" : "AT2 is not quite the paper's in this run: its theta " + joined(parts) + ".";
}

Table lds_table(std::span<const LdsRow> rows) {
  Table table{{"Estimator", "Features", "Prior", "Training examples", "Ablations each", "Heads", "LDS",
               "Difference [low, high]"},
              {}};
  for (const LdsRow& row : rows) {
    std::vector<std::string> cells = {row.name};
    append(cells, training_cells(row.trained));
    append(cells, {with_error(row.lds, kDecimals), with_interval(row.difference, kDecimals)});
    table.rows.push_back(std::move(cells));
  }
  return table;
}

Table lds_records(std::span<const LdsGroup> groups) {
  Table table{{"evaluation",
               "sources",
               "name",
               "method_key",
               "features",
               "prior_strength",
               "training_examples",
               "ablations_each",
               "nonzero_heads",
               "heads",
               "lds",
               "standard_error",
               "low_95",
               "high_95",
               "examples",
               "baseline",
               "difference",
               "difference_standard_error",
               "difference_low_95",
               "difference_high_95",
               "difference_examples"},
              {}};
  for (const LdsGroup& group : groups) {
    for (const LdsRow& row : group.rows) {
      std::vector<std::string> cells = {row.evaluation, row.sources, row.name, row.method_key};
      append(cells, training_records(row.trained));
      append(cells, estimate_records(row.lds));
      append(cells, {std::to_string(row.lds ? row.lds->count : 0), row.baseline});
      append(cells, estimate_records(row.difference));
      cells.push_back(row.difference ? std::to_string(row.difference->count) : "");
      table.rows.push_back(std::move(cells));
    }
  }
  return table;
}

std::string lds_title(const LdsGroup& group) { return group.evaluation + ", " + group.sources + " sources"; }

std::string lds_caption(const LdsGroup& group) {
  std::string text = "Mean LDS ± standard error over " + examples_text(group) + ".";
  if (group.rows.size() < 2) return text;
  return text + " Difference: less " + group.rows.front().baseline +
         " on the same targets, with a 95 % bootstrap interval; * where it excludes 0 over at least " +
         std::to_string(kFewestToJudge) + " examples.";
}

std::string lds_text(std::span<const LdsGroup> groups) {
  std::string text;
  for (const LdsGroup& group : groups) {
    text += (text.empty() ? "" : "\n") + lds_title(group) + "\n" + lds_caption(group) + "\n\n" +
            terminal_table(lds_table(group.rows));
  }
  return text;
}

std::string lds_markdown(std::span<const LdsGroup> groups) {
  std::string text;
  for (const LdsGroup& group : groups) {
    text += (text.empty() ? "## " : "\n## ") + lds_title(group) + "\n\n" + lds_caption(group) + "\n\n" +
            markdown_table(lds_table(group.rows));
  }
  return text;
}

}  // namespace at2
