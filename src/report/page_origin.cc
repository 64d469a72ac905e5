#include <algorithm>

#include "report/format.h"
#include "report/html.h"
#include "report/page_sections.h"
#include "report/sortable_table.h"

namespace at2 {
namespace {

std::string method_costs(const RunResults& results) {
  if (results.rows.empty()) return "";
  SortableTable table{"one example, by method",
                      {"Method", "Sources", "Forward passes", "Backward passes", "As forward passes", "Time"},
                      {}};
  for (const MethodRow& row : results.rows) {
    table.rows.push_back({{row.method},
                          {row.sources},
                          number_cell(row.forward_passes),
                          number_cell(row.backward_passes),
                          number_cell(forward_equivalents(row)),
                          duration_cell(row.seconds)});
  }
  return sortable_table_html(table);
}

std::string stage_costs(const RunResults& results) {
  if (results.stages.empty()) return "";
  double all = 0;
  for (const StageRow& stage : results.stages) all += stage.seconds;
  SortableTable table{"the run, by stage", {"Stage", "Time", "Share", "Forward passes", "Backward passes"}, {}};
  for (const StageRow& stage : results.stages) {
    const double share = all > 0 ? 100 * stage.seconds / all : 0;
    table.rows.push_back({{stage.stage},
                          duration_cell(stage.seconds),
                          {fixed(share, 1) + " %", share},
                          number_cell(stage.forward_passes),
                          number_cell(stage.backward_passes)});
  }
  return sortable_table_html(table);
}

std::string memory_text(std::int64_t bytes) {
  return bytes == 0 ? std::string(kNoValue) : compact(static_cast<double>(bytes) / 1e9) + " GB";
}

std::string rank_costs(const RunResults& results) {
  const auto& provenance = results.origin.provenance;
  if (!provenance || provenance->rank_costs.empty()) return "";
  SortableTable table{
      "the run, by stage and rank",
      {"Stage", "Rank", "Host", "Device", "Chunks", "Forward passes", "Time", "Waited", "Peak memory", "On the GPU"},
      {}};
  for (const RankCost& cost : provenance->rank_costs) {
    table.rows.push_back({{cost.stage},
                          number_cell(static_cast<double>(cost.rank)),
                          {cost.host},
                          {cost.device},
                          number_cell(static_cast<double>(cost.chunks)),
                          number_cell(static_cast<double>(cost.forward_passes)),
                          duration_cell(cost.seconds),
                          duration_cell(cost.waited_seconds),
                          {memory_text(cost.peak_resident_bytes), static_cast<double>(cost.peak_resident_bytes)},
                          {memory_text(cost.peak_device_bytes), static_cast<double>(cost.peak_device_bytes)}});
  }
  return "<details><summary>By rank, all invocations together</summary>" + sortable_table_html(table) + "</details>\n";
}

/// Each once, in the order in which they come, with how often where that is more than once.
std::string counted_list(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (std::find(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(i), names[i]) !=
        names.begin() + static_cast<std::ptrdiff_t>(i)) {
      continue;
    }
    const auto count = std::count(names.begin(), names.end(), names[i]);
    text += (text.empty() ? "" : ", ") + names[i] + (count > 1 ? " (" + std::to_string(count) + " ranks)" : "");
  }
  return text;
}

std::string data_sets(const Provenance& provenance) {
  if (provenance.datasets.empty()) return "";
  SortableTable table{"records of the data sets", {"Set", "Path", "Files", "Read", "Kept", "Used"}, {}};
  for (const DatasetUse& use : provenance.datasets) {
    table.rows.push_back({{use.set},
                          {use.path},
                          number_cell(static_cast<double>(use.files)),
                          number_cell(static_cast<double>(use.read)),
                          number_cell(static_cast<double>(use.kept)),
                          number_cell(static_cast<double>(use.used))});
  }
  return sortable_table_html(table);
}

/// For a shell: as it is where nothing in it means anything there, else in quotes.
std::string shell_word(const std::string& word) {
  constexpr std::string_view kPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./-";
  if (!word.empty() && word.front() != '-' && word.find_first_not_of(kPlain) == std::string::npos) return word;
  std::string quoted = "'";
  for (const char c : word) quoted += c == '\'' ? "'\\''" : std::string(1, c);
  return quoted + "'";
}

bool names_a_commit(const std::string& commit) {
  return !commit.empty() && commit.find_first_not_of("0123456789abcdef") == std::string::npos;
}

}  // namespace

std::string cost_section(const RunResults& results) {
  const std::string tables = method_costs(results) + stage_costs(results) + rank_costs(results);
  if (tables.empty()) return "";
  return "<section id=\"cost\"><h2>Cost</h2>\n" + tables + "</section>\n";
}

std::string origin_section(const RunResults& results) {
  const RunOrigin& origin = results.origin;
  if (!origin.provenance) return "";
  const Provenance& run = *origin.provenance;
  std::string list;
  const auto add = [&](std::string_view term, const std::string& value) {
    if (!value.empty()) list += element("dt", "", escape_markup(term)) + element("dd", "", escape_markup(value));
  };
  add("Program", "at2 " + run.version + ", commit " + run.commit);
  add("Model", run.model);
  add("Fingerprint of the model", origin.model_fingerprint);
  add("Fingerprint of the coefficients", origin.estimator_fingerprint);
  add("Seed", std::to_string(origin.seed));
  add("Ranks", std::to_string(run.ranks));
  add("Hosts", counted_list(run.hosts));
  add("Devices", counted_list(run.devices));
  add("Started", run.started);
  add("Ended", run.ended);
  return "<section id=\"origin\"><h2>Origin</h2>\n" + element("dl", "run", list) + data_sets(run) + "</section>\n";
}

std::string again_section(const RunResults& results) {
  if (results.origin.config.empty()) return "";
  const auto& run = results.origin.provenance;
  const std::string out = " --out " + shell_word("runs/" + results.name);
  std::string commands;
  if (run && names_a_commit(run->commit)) commands += "git checkout " + run->commit + "\n";
  commands += run && run->ranks > 1 ? "launch/local " + std::to_string(run->ranks) + " config.yaml" + out
                                    : "build/at2 run config.yaml" + out;
  return "<section id=\"again\"><h2>Run it again</h2>\n<p class=\"lead\">Save the config below as config.yaml in the "
         "source folder, with the data sets and the model where it says. The number of ranks changes no result.</p>\n"
         "<pre class=\"code\" tabindex=\"0\" aria-label=\"Command\">" +
         escape_markup(commands) +
         "</pre>\n<details><summary>config.yaml</summary><pre class=\"code\" tabindex=\"0\" "
         "aria-label=\"config.yaml\">" +
         escape_markup(results.origin.config) + "</pre></details></section>\n";
}

}  // namespace at2
