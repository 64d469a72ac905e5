#include "report/write.h"

#include <string>
#include <system_error>

#include "base/atomic_file.h"
#include "base/errors.h"
#include "report/figures.h"
#include "report/format.h"
#include "report/metrics_json.h"
#include "report/page.h"
#include "report/prune_chart.h"
#include "report/table.h"

namespace at2 {
namespace {

namespace fs = std::filesystem;

void write_figures(const RunResults& results, const fs::path& folder) {
  const auto write = [&](const std::string& name, const std::string& svg) {
    replace_file(folder / (name + ".svg"), standalone_svg(svg));
  };
  for (const std::string& kind : source_kinds(results)) {
    for (const Metric metric : metrics_of(results, kind)) {
      write(metric_key(metric) + "_" + slug(kind), bar_chart(metric_chart(results, kind, metric)));
    }
  }
  if (results.theta) write("theta", theta_heat_map(*results.theta));
  if (results.prune && !results.prune->rows.empty()) write("prune", prune_chart(*results.prune, kPruneTitle));
  if (results.timing && !results.timing->rows.empty()) {
    write("timing", bar_chart(timing_chart(*results.timing, kTimingTitle)));
  }
  if (!results.training_loss.empty()) write("training_loss", loss_chart(results.training_loss));
}

}  // namespace

void make_folder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (!error) return;
  throw UserError("cannot write " + folder.string(), error.message(),
                  "free some space or choose a folder that you may write to, with --out");
}

void write_report(const RunResults& results, const ReportOptions& options, const fs::path& run_folder) {
  make_folder(run_folder / "tables");
  make_folder(run_folder / "figures");
  replace_file(run_folder / "metrics.json", metrics_json_text(results));
  replace_file(run_folder / "tables" / "metrics.csv", csv_table(metric_records(results)));
  replace_file(run_folder / "tables" / "costs.csv", csv_table(cost_records(results)));
  replace_file(run_folder / "tables" / "stages.csv", csv_table(stage_table(results)));
  replace_file(run_folder / "tables" / "methods.md", markdown_summary(results));
  write_figures(results, run_folder / "figures");
  replace_file(run_folder / "report.html", report_page(results, options));
}

}  // namespace at2
