#include "report/write.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

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

[[noreturn]] void cannot_write(const fs::path& path, int error) {
  throw UserError("cannot write " + path.string(), std::generic_category().message(error),
                  "free some space or choose a folder that you may write to, with --out");
}

/// A file open for writing, removed again unless it is kept.
class TemporaryFile {
 public:
  explicit TemporaryFile(fs::path path)
      : path_(std::move(path)), descriptor_(::open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644)) {
    if (descriptor_ < 0) cannot_write(path_, errno);
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
    if (!path_.empty()) ::unlink(path_.c_str());
  }

  void write(std::string_view content) {
    while (!content.empty()) {
      const ssize_t written = ::write(descriptor_, content.data(), content.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) cannot_write(path_, errno);
      content.remove_prefix(static_cast<std::size_t>(written));
    }
  }

  void rename_to(const fs::path& path) {
    if (::fsync(descriptor_) != 0) cannot_write(path_, errno);
    // Network file systems report a full disk only when the file is closed.
    if (::close(std::exchange(descriptor_, -1)) != 0) cannot_write(path_, errno);
    if (::rename(path_.c_str(), path.c_str()) != 0) cannot_write(path, errno);
    path_.clear();
  }

 private:
  fs::path path_;
  int descriptor_;
};

void write_figures(const RunResults& results, const fs::path& folder) {
  const auto write = [&](const std::string& name, const std::string& svg) {
    write_file_atomically(folder / (name + ".svg"), standalone_svg(svg));
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
  if (error) cannot_write(folder, error.value());
}

void write_file_atomically(const fs::path& path, std::string_view content) {
  TemporaryFile file(temporary_path(path));
  file.write(content);
  file.rename_to(path);
}

void write_report(const RunResults& results, const ReportOptions& options, const fs::path& run_folder) {
  make_folder(run_folder / "tables");
  make_folder(run_folder / "figures");
  write_file_atomically(run_folder / "metrics.json", metrics_json_text(results));
  write_file_atomically(run_folder / "tables" / "metrics.csv", csv_table(metric_records(results)));
  write_file_atomically(run_folder / "tables" / "costs.csv", csv_table(cost_records(results)));
  write_file_atomically(run_folder / "tables" / "stages.csv", csv_table(stage_table(results)));
  write_file_atomically(run_folder / "tables" / "methods.md", markdown_summary(results));
  write_figures(results, run_folder / "figures");
  write_file_atomically(run_folder / "report.html", report_page(results, options));
}

}  // namespace at2
