#include "report/findings.h"

#include <algorithm>
#include <cmath>

#include "report/format.h"
#include "report/metric.h"
#include "report/table.h"

namespace at2 {
namespace {

using Rows = std::vector<const MethodRow*>;

Rows rows_of(const RunResults& results, const std::string& sources) {
  Rows rows;
  for (const MethodRow& row : results.rows) {
    if (row.sources == sources) rows.push_back(&row);
  }
  return rows;
}

const MethodRow* row_of_key(const Rows& rows, std::string_view key) {
  const auto found = std::find_if(rows.begin(), rows.end(), [&](const MethodRow* row) { return row->key == key; });
  return found == rows.end() ? nullptr : *found;
}

/// What the differences of the other rows are to.
const MethodRow* subject_of(const Rows& rows) {
  const MethodRow* own = row_of_key(rows, "at2");
  return own != nullptr ? own : row_of_key(rows, "at2_general");
}

/// Average attention, which learns nothing; else the first other method.
const MethodRow* baseline_for(const Rows& rows, const MethodRow& subject) {
  if (const MethodRow* average = row_of_key(rows, "average_attention")) return average;
  const auto other = std::find_if(rows.begin(), rows.end(), [&](const MethodRow* row) { return row != &subject; });
  return other == rows.end() ? nullptr : *other;
}

/// Within a sentence: "average attention", but "AT2".
std::string in_sentence(std::string title) {
  const bool word = title.size() > 1 && title[0] >= 'A' && title[0] <= 'Z' && title[1] >= 'a' && title[1] <= 'z';
  if (word) title[0] = static_cast<char>(title[0] - 'A' + 'a');
  return title;
}

/// "AT2's LDS", "the LDS of ESM (32)".
std::string value_of_method(const std::string& title, const std::string& what) {
  const std::string name = in_sentence(title);
  return name.ends_with(')') ? "the " + what + " of " + name : name + "'s " + what;
}

/// "average attention's", "that of ESM (32)".
std::string that_of(const std::string& title) {
  const std::string name = in_sentence(title);
  return name.ends_with(')') ? "that of " + name : name + "'s";
}

std::string metric_name(Metric metric) { return metric.k ? "top-" + std::to_string(*metric.k) + " drop" : "LDS"; }

int decimals_of(Metric metric) { return metric.k ? 1 : 2; }

std::string unit_of(Metric metric) { return metric.k ? " nats" : ""; }

std::string counted(std::int64_t count, const std::string& noun) {
  return compact(static_cast<double>(count)) + " " + noun + (count == 1 ? "" : "s");
}

std::string confidence_text(const RunResults& results) { return compact(100 * results.confidence) + " % interval "; }

/// The other way round.
Estimate negated(const Estimate& estimate) {
  return {-estimate.mean, estimate.standard_error, -estimate.high, -estimate.low, estimate.count};
}

std::string interval_text(const RunResults& results, const Estimate& estimate, int decimals) {
  return "(" + confidence_text(results) + fixed(estimate.low, decimals) + " to " + fixed(estimate.high, decimals) +
         ", " + counted(estimate.count, "example") + ")";
}

/// \param difference  the subject less the baseline
Finding compared(const RunResults& results, const MethodRow& subject, const MethodRow& baseline, Metric metric,
                 const Estimate& difference) {
  const int decimals = decimals_of(metric);
  const std::string start =
      "With " + subject.sources + " sources, " + value_of_method(subject.method, metric_name(metric));
  const bool above = difference.mean >= 0;
  const Estimate size = above ? difference : negated(difference);
  const std::string by = fixed(size.mean, decimals) + unit_of(metric) + (above ? " above " : " below ");
  if (difference.count < kFewestToJudge) {
    return {start + " is " + by + that_of(baseline.method) + " on " + counted(difference.count, "example") +
                ": too few to rank methods, which takes " + std::to_string(kFewestToJudge) + " or more.",
            Certainty::too_few};
  }
  if (excludes_zero(difference)) {
    return {start + " is " + by + that_of(baseline.method) + " " + interval_text(results, size, decimals) + ".",
            Certainty::clear};
  }
  return {start + " and " + that_of(baseline.method) + " cannot be told apart: the difference is " +
              fixed(difference.mean, decimals) + unit_of(metric) + " " + interval_text(results, difference, decimals) +
              ".",
          Certainty::open};
}

/// The LDS of the methods that have no sentence of their own; nothing where there are none, or too few examples.
std::optional<Finding> others(const Rows& rows, const MethodRow& subject, const MethodRow& baseline) {
  std::vector<std::string> above;
  std::vector<std::string> below;
  std::vector<std::string> open;
  for (const MethodRow* row : rows) {
    if (row == &subject || row == &baseline || !row->lds_over_at2 || row->lds_over_at2->count < kFewestToJudge)
      continue;
    const std::string by = in_sentence(row->method) + " (by " + fixed(std::abs(row->lds_over_at2->mean), 2) + ")";
    if (!excludes_zero(*row->lds_over_at2)) {
      open.push_back(in_sentence(row->method));
    } else {
      (row->lds_over_at2->mean < 0 ? above : below).push_back(by);
    }
  }
  std::vector<std::string> parts;
  if (!above.empty()) parts.push_back("above that of " + joined(above));
  if (!below.empty()) parts.push_back("below that of " + joined(below));
  if (!open.empty()) parts.push_back("not to be told from that of " + joined(open));
  if (parts.empty()) return std::nullopt;
  std::string text = "With " + subject.sources + " sources, " + value_of_method(subject.method, "LDS") + " is ";
  for (std::size_t i = 0; i < parts.size(); ++i) text += (i > 0 ? "; " : "") + parts[i];
  return Finding{text + ".", above.empty() && below.empty() ? Certainty::open : Certainty::clear};
}

/// Of runs without AT2: a mean, and no claim beyond it.
std::optional<Finding> highest(const RunResults& results, const Rows& rows) {
  const MethodRow* best = nullptr;
  for (const MethodRow* row : rows) {
    if (row->lds && (best == nullptr || row->lds->mean > best->lds->mean)) best = row;
  }
  if (best == nullptr) return std::nullopt;
  return Finding{"With " + best->sources + " sources, the highest mean LDS is " + that_of(best->method) + ", " +
                     fixed(best->lds->mean, 2) + " " + interval_text(results, *best->lds, 2) +
                     "; AT2 was not evaluated, so no differences were tested.",
                 best->lds->count < kFewestToJudge ? Certainty::too_few : Certainty::open};
}

void add_kind(const RunResults& results, const std::string& sources, std::vector<Finding>& all) {
  const Rows rows = rows_of(results, sources);
  const MethodRow* subject = subject_of(rows);
  if (subject == nullptr) {
    if (auto finding = highest(results, rows)) all.push_back(*finding);
    return;
  }
  const MethodRow* baseline = baseline_for(rows, *subject);
  if (baseline == nullptr) {
    if (subject->lds) {
      all.push_back({"With " + sources + " sources, " + value_of_method(subject->method, "LDS") + " is " +
                         fixed(subject->lds->mean, 2) + " " + interval_text(results, *subject->lds, 2) +
                         "; no other method was evaluated.",
                     Certainty::fact});
    }
    return;
  }
  const std::vector<Metric> metrics = metrics_of(results, sources);
  for (const Metric metric : {metrics.front(), metrics.back()}) {
    const auto difference = over_at2(*baseline, metric);
    if (difference) all.push_back(compared(results, *subject, *baseline, metric, negated(*difference)));
    if (metrics.size() == 1) break;
  }
  if (auto finding = others(rows, *subject, *baseline)) all.push_back(*finding);
}

/// What one response takes, of the first kind of source.
std::optional<Finding> costs(const RunResults& results) {
  if (results.rows.empty()) return std::nullopt;
  std::vector<std::string> parts;
  for (const MethodRow& row : results.rows) {
    if (row.sources != results.rows.front().sources) continue;
    parts.push_back(in_sentence(row.method) + " " + compact(forward_equivalents(row)) + " (" +
                    duration_text(row.seconds) + ")");
  }
  return Finding{"Passes through the model to attribute one response to " + results.rows.front().sources +
                 "s: " + joined(parts) + "."};
}

/// The whole context beside the best that AT2 left of it.
std::optional<Finding> pruning(const RunResults& results) {
  if (!results.prune) return std::nullopt;
  const PruneRow* whole = nullptr;
  const PruneRow* best = nullptr;
  for (const PruneRow& row : results.prune->rows) {
    if (row.method == "Whole context") whole = &row;
    if (row.method.starts_with("AT2") && row.kept && (best == nullptr || row.f1.mean > best->f1.mean)) best = &row;
  }
  if (whole == nullptr || best == nullptr) return std::nullopt;
  return Finding{"Answers from the whole context have an F1 of " + fixed(whole->f1.mean, 2) + " " +
                 interval_text(results, whole->f1, 2) + "; from what " + best->method +
                 " scores highest, at best, with " + std::to_string(*best->kept) + " kept, " + fixed(best->f1.mean, 2) +
                 " (" + fixed(best->f1.low, 2) + " to " + fixed(best->f1.high, 2) + ")."};
}

}  // namespace

std::vector<Finding> findings(const RunResults& results) {
  std::vector<Finding> all;
  for (const std::string& sources : source_kinds(results)) add_kind(results, sources, all);
  if (auto finding = pruning(results)) all.push_back(*finding);
  if (auto finding = costs(results)) all.push_back(*finding);
  return all;
}

}  // namespace at2
