#include "report/study.h"

#include <string>
#include <system_error>

#include "base/errors.h"
#include "report/table.h"
#include "report/write.h"

namespace at2 {
namespace {

/// The metrics of all runs, each line led by what the run is.
Table all_rows(std::span<const RunResults> runs) {
  Table all{{"run", "task", "model", "training_set", "evaluation_set"}, {}};
  const Table none = metric_records({});
  all.header.insert(all.header.end(), none.header.begin(), none.header.end());
  for (const RunResults& run : runs) {
    for (const std::vector<std::string>& record : metric_records(run).rows) {
      std::vector<std::string> line = {run.name, run.task, run.model, run.training_set, run.evaluation_set};
      line.insert(line.end(), record.begin(), record.end());
      all.rows.push_back(std::move(line));
    }
  }
  return all;
}

}  // namespace

void write_study(std::span<const RunResults> runs, const StudyOptions&, const std::filesystem::path& out) {
  std::error_code error;
  std::filesystem::create_directories(out, error);
  if (error) throw UserError("cannot make folder " + out.string(), error.message(), "name another one with --out DIR");
  write_file_atomically(out / "rows.csv", csv_table(all_rows(runs)));
}

}  // namespace at2
