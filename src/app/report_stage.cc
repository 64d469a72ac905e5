#include <ostream>

#include "app/collect.h"
#include "app/stages.h"
#include "report/table.h"
#include "report/write.h"

namespace at2 {

void report_stage(const RunFolder& folder, const RunOptions& options, std::ostream& out) {
  const RunResults results = collect_run(folder.root(), options, selection_of(options));
  write_report(results, options.report, folder.root());
  out << terminal_summary(results) << "\nreport: " << (folder.root() / "report.html").string() << std::endl;
}

}  // namespace at2
