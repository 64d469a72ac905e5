/// \file app/run_status.h
/// \brief What is done of a run, what is going on, and what is missing, from its folder alone.
#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "config/rank_record.h"

namespace at2 {

/// `stopped`: begun, and no process is at it. `damaged`: so, and a shard was set aside that has not been measured
/// again.
enum class StageState { missing, running, stopped, damaged, done };
[[nodiscard]] const char* to_text(StageState state);

struct StageStatus {
  /// "generate, training set", "train", "report"
  std::string title;
  StageState state = StageState::missing;
  /// Chunks; of train and report, one file or page. `total` is unknown before there is any shard or example.
  std::int64_t done = 0;
  std::optional<std::int64_t> total;
  /// Chunks that processes have claimed, and files in the middle of being written.
  std::int64_t claimed = 0;
  std::int64_t writing = 0;
  std::int64_t set_aside = 0;
  /// Chunks per second of all living processes together, since they began with the stage.
  std::optional<double> chunks_per_second;
  std::optional<double> seconds_left;
};

/// A process that has not said that it ended.
struct ProcessStatus {
  RankRecord record;
  Life life = Life::unknown;
  /// Since it last wrote its record, by this machine's clock.
  double quiet_seconds = 0;
};

struct RunStatus {
  std::filesystem::path folder;
  std::vector<StageStatus> stages;
  /// The living ones, those of other machines, and those killed since an invocation last began.
  std::vector<ProcessStatus> processes;
};

/// Looks at names, times and records; opens at most one shard of each stage. Changes and locks nothing, so a run may go
/// on meanwhile.
/// \throws UserError if `folder` is not a run folder
[[nodiscard]] RunStatus status_of(const std::filesystem::path& folder);

/// For scripts; the names are those of the structs.
[[nodiscard]] nlohmann::ordered_json to_json(const RunStatus& status);

/// For people: a table of the stages, and a line for each process.
[[nodiscard]] std::string describe(const RunStatus& status);

}  // namespace at2
