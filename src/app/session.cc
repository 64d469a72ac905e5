#include "app/session.h"

#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <iostream>

#include "base/atomic_file.h"
#include "base/errors.h"
#include "comm/agree.h"
#include "config/load.h"
#include "store/shard_folder.h"

namespace at2 {
namespace {

/// Options that may differ when a run is continued: they change neither a measured value nor a learned one, or only
/// what has a fingerprint of them (prune/), or their change is what `want` allows.
bool may_change(const std::string& key, const RunOptions& want) {
  const bool of_device = key == "model.device" || key == "model.dtype";
  return key == "model.threads" || key == "model.weight_cache" || key == "train.cache_gb" ||
         key == "store.allow_device_mix" || key == "store.claim_seconds" || key == "comm.silence_seconds" ||
         key == "comm.backend" || key == "evaluate.bootstrap_samples" || key.ends_with(".title") ||
         key.starts_with("report.") || key.starts_with("prune.") || key.starts_with("bench.") ||
         (of_device && want.store.allow_device_mix);
}

/// Options that choose from what was measured.
bool chooses(const std::string& key) {
  return key == "evaluate.methods" || key == "evaluate.sources" || key == "evaluate.top_k" ||
         key == "evaluate.esm_ablations";
}

/// The --out argument that a refused user can take.
std::string another_folder(const std::filesystem::path& root) {
  for (int number = 2;; ++number) {
    std::string other = root.string() + "-" + std::to_string(number);
    if (!std::filesystem::exists(other)) return other;
  }
}

/// On rank 0 alone.
void prepare_run_folder(const RunFolder& folder, const RunOptions& options) {
  prepare_folder(folder.root());
  prepare_folder(folder.ranks());
  for (const char* part : {"", "tables", "figures", "ranks"}) static_cast<void>(remove_leftovers(folder.root() / part));
  if (std::filesystem::exists(folder.config())) {
    check_run_folder(folder, load_options(folder.config()), options, FolderUse::measure);
  }
  // Several processes may start on the folder at once: each replaces the file as a whole.
  replace_file(folder.config(), "# Resolved options of this run: at2 run " + folder.config().string() + " --out " +
                                    folder.root().string() + "\n" + dump_options(options));
}

}  // namespace

const char* to_text(Split split) { return split == Split::train ? "train" : "evaluation"; }

RunFolder run_folder(const RunOptions& options, const std::optional<std::string>& out) {
  return RunFolder(out ? std::filesystem::path(*out) : std::filesystem::path("runs") / options.name);
}

void check_run_folder(const RunFolder& folder, const RunOptions& have, const RunOptions& want, FolderUse use) {
  std::string text;
  for (const Difference& difference : differences(have, want)) {
    if (may_change(difference.key, want) || (use == FolderUse::show && chooses(difference.key))) continue;
    text += (text.empty() ? "" : "; ") + difference.key + " is " + difference.have + " there and " + difference.want +
            " now";
  }
  if (text.empty()) return;
  throw UserError("the run folder " + folder.root().string() + " was made with other options", text,
                  "use the same options, or another folder: --out " + another_folder(folder.root()));
}

Log make_log(int rank) {
  const Log::Style style = ::isatty(STDERR_FILENO) != 0 ? Log::Style::terminal : Log::Style::plain;
  return {std::cerr, rank, style};
}

Session open_session(Environment& environment, const std::string& command, const std::string& config_file,
                     const std::vector<std::string>& overrides, const std::optional<std::string>& out,
                     const StopRequest& stop) {
  Communicator& ranks = environment.communicator();
  RunOptions options = agreed(ranks, [&] { return load_options(config_file, overrides); });
  RunFolder folder = run_folder(options, out);
  agreed(ranks, [&] {
    if (ranks.rank() == 0) prepare_run_folder(folder, options);
  });
  auto journal = agreed(ranks, [&] {
    return std::make_unique<RankJournal>(folder.ranks(), record_of_this_process(ranks.rank(), ranks.size(), command));
  });
  return {std::move(options), environment, make_log(ranks.rank()), std::move(folder), std::move(journal), stop};
}

int threads_of_rank(std::int64_t configured, int local_size) {
  if (configured > 0) return static_cast<int>(configured);
  cpu_set_t cores;
  CPU_ZERO(&cores);
  const int available = ::sched_getaffinity(0, sizeof(cores), &cores) == 0 ? CPU_COUNT(&cores) : 1;
  return std::max(1, available / std::max(1, local_size));
}

}  // namespace at2
