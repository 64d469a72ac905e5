#include "app/run_status.h"

#include <algorithm>
#include <array>
#include <chrono>

#include "app/collect.h"
#include "app/examples_file.h"
#include "app/inputs.h"
#include "app/run_layout.h"
#include "base/errors.h"
#include "config/provenance.h"
#include "store/claim.h"
#include "store/shard_folder.h"

namespace at2 {
namespace {

/// A claim, a temporary file or the record of another machine's process that is older says nothing about now: the first
/// are written to every few seconds, the last after each chunk.
constexpr double kFreshSeconds = 15 * 60;

bool is_fresh(const std::filesystem::path& path) {
  std::error_code gone;
  const auto written = std::filesystem::last_write_time(path, gone);
  return !gone &&
         std::filesystem::file_time_type::clock::now() - written < std::chrono::duration<double>(kFreshSeconds);
}

std::int64_t count_fresh(const std::vector<std::filesystem::path>& paths) {
  return std::count_if(paths.begin(), paths.end(), is_fresh);
}

bool is_held(const std::filesystem::path& claim) { return is_fresh(claim) && !is_of_dead_process(claim); }

bool may_be_working(const ProcessStatus& process) {
  return process.life == Life::alive || (process.life == Life::unknown && process.quiet_seconds < kFreshSeconds);
}

std::vector<ProcessStatus> processes_of(const RunFolder& folder) {
  std::vector<ProcessStatus> processes;
  std::string last_start;
  for (RankRecord& record : read_rank_records(folder.ranks())) {
    last_start = std::max(last_start, record.started);
    if (record.state != RankState::running) continue;
    const Life life = life_of(record);
    const double quiet = std::max(0.0, seconds_since(record.updated));
    processes.push_back({std::move(record), life, quiet});
  }
  // That a process was killed is news until the run goes on. Times in ISO 8601 are in the order of their letters.
  std::erase_if(processes, [&](const ProcessStatus& process) {
    return !may_be_working(process) && process.record.updated < last_start;
  });
  return processes;
}

/// From a shard, else from the examples and the chunk size; nothing before there are any.
std::optional<std::int64_t> total_of(const ShardPlace& place, const FolderContents& contents, const RunFolder& folder,
                                     const RunOptions& options) {
  try {
    if (!contents.finished.empty()) {
      return ShardReader(shard_path(place.folder, contents.finished.front())).header().num_chunks;
    }
    const auto file = folder.examples(place.split);
    if (!std::filesystem::exists(file)) return std::nullopt;
    const std::int64_t examples = std::ssize(read_chosen(file).examples);
    return (examples + options.store.chunk_size - 1) / options.store.chunk_size;
  } catch (const UserError&) {
    // Damage is for at2 verify to name.
    return std::nullopt;
  }
}

void add_rate(StageStatus& status, const std::string& stage, const std::vector<ProcessStatus>& processes) {
  double rate = 0;
  for (const ProcessStatus& process : processes) {
    if (!may_be_working(process) || process.record.stage != stage) continue;
    for (const RankCost& cost : process.record.costs) {
      if (cost.stage == stage && cost.seconds > 0) rate += static_cast<double>(cost.chunks) / cost.seconds;
    }
  }
  if (rate <= 0) return;
  status.chunks_per_second = rate;
  if (status.total) status.seconds_left = static_cast<double>(*status.total - status.done) / rate;
}

bool is_worked_on(const std::string& stage, const std::vector<ProcessStatus>& processes) {
  return std::any_of(processes.begin(), processes.end(), [&](const ProcessStatus& process) {
    return may_be_working(process) && process.record.stage == stage;
  });
}

StageState state_of(const StageStatus& status, bool worked_on) {
  if (status.total && status.done >= *status.total) return StageState::done;
  if (worked_on) return StageState::running;
  if (status.set_aside > 0) return StageState::damaged;
  return status.done > 0 ? StageState::stopped : StageState::missing;
}

StageStatus status_of_place(const ShardPlace& place, const RunFolder& folder, const RunOptions& options,
                            const std::vector<ProcessStatus>& processes, bool reached) {
  const FolderContents contents = contents_of(place.folder);
  StageStatus status;
  status.title = place.title();
  status.done = std::ssize(contents.finished);
  status.total = total_of(place, contents, folder, options);
  status.claimed = std::count_if(contents.claims.begin(), contents.claims.end(), is_held);
  status.writing = count_fresh(contents.writing);
  status.set_aside = std::ssize(contents.set_aside);
  const bool by_record = reached && is_worked_on(place.stage, processes);
  status.state = state_of(status, by_record || status.claimed > 0 || status.writing > 0);
  if (status.state == StageState::running) add_rate(status, place.stage, processes);
  return status;
}

StageStatus status_of_files(const std::string& stage, const std::vector<std::filesystem::path>& files,
                            const std::vector<ProcessStatus>& processes) {
  StageStatus status;
  status.title = stage;
  status.total = 1;
  status.done = std::all_of(files.begin(), files.end(), [](const auto& file) { return std::filesystem::exists(file); });
  for (const auto& file : files) status.set_aside += std::filesystem::exists(file.string() + ".damaged") ? 1 : 0;
  status.claimed = is_held(claim_path(files.front())) ? 1 : 0;
  status.state = state_of(status, status.claimed > 0 || is_worked_on(stage, processes));
  return status;
}

}  // namespace

const char* to_text(StageState state) {
  constexpr std::array kWords = {"missing", "running", "stopped", "damaged", "done"};
  return kWords[static_cast<std::size_t>(state)];
}

RunStatus status_of(const std::filesystem::path& root) {
  const RunOptions options = options_of_run(root);
  const RunFolder folder(root);
  RunStatus status{root, {}, processes_of(folder)};
  bool reached = true;
  for (const ShardPlace& place : shard_places(folder, options)) {
    status.stages.push_back(status_of_place(place, folder, options, status.processes, reached));
    // The second folder of a stage is reached when the first is full.
    reached =
        place.stage != "generate" || place.split != Split::train || status.stages.back().state == StageState::done;
    if (place.stage != "ablate") continue;
    status.stages.push_back(status_of_files("train", {folder.estimator(), folder.training()}, status.processes));
  }
  status.stages.push_back(status_of_files("report", {root / "metrics.json", root / "report.html"}, status.processes));
  return status;
}

}  // namespace at2
