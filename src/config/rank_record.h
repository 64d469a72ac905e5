/// \file config/rank_record.h
/// \brief What one process of a run did and does: RUN/ranks/*.json, a file for each rank of each invocation.
///
/// A file is written by its process alone, so that a process that is killed leaves what it had done until then.
#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace at2 {

/// What a rank spent on one stage.
struct RankCost {
  std::string stage;
  std::int64_t rank = 0;
  std::string host;
  /// "cpu", "cuda:0"
  std::string device;
  /// How many invocations are added up here.
  std::int64_t invocations = 1;
  std::int64_t chunks = 0;
  std::int64_t forward_passes = 0;
  std::int64_t backward_passes = 0;
  /// Wall-clock, waiting included.
  double seconds = 0;
  /// Without a chunk: in the work queue and at its end.
  double waited_seconds = 0;
  /// Of finished shards.
  std::int64_t bytes_written = 0;
  /// Largest resident memory of the process, mapped weights included.
  std::int64_t peak_resident_bytes = 0;
  /// Largest memory that LibTorch's allocator gave out on the GPU; 0 on a CPU.
  std::int64_t peak_device_bytes = 0;
  bool operator==(const RankCost&) const = default;
};

/// Forward passes per second of work; 0 where there was none.
[[nodiscard]] double passes_per_second(const RankCost& cost);

/// How far an invocation came, as it said last. `stopped`: before its end, by an error or a signal.
enum class RankState { running, ended, stopped };

struct RankRecord {
  std::string command;
  std::int64_t rank = 0;
  std::int64_t ranks = 1;
  std::string host;
  std::int64_t pid = 0;
  /// When the process started, in ticks since the machine did: tells it from a later one of the same number.
  std::int64_t process_start = 0;
  /// UTC, ISO 8601.
  std::string started;
  std::string updated;
  RankState state = RankState::running;
  /// The stage at hand; empty between stages.
  std::string stage;
  std::vector<RankCost> costs;
};

/// A record of this process.
[[nodiscard]] RankRecord record_of_this_process(std::int64_t rank, std::int64_t ranks, const std::string& command);

/// `folder`/<started>.<rank>.<pid>.<host>.json
[[nodiscard]] std::filesystem::path record_path(const std::filesystem::path& folder, const RankRecord& record);

/// Replaces the file as a whole. \throws UserError if it cannot be written
void write_rank_record(const std::filesystem::path& folder, const RankRecord& record);

/// All records of a folder, in the order of their names, so the earliest invocation first. Files that are no records
/// are left out; a missing folder has none.
[[nodiscard]] std::vector<RankRecord> read_rank_records(const std::filesystem::path& folder);

/// Sums over invocations, for each stage, rank, host and device, in the order in which they first appear; of memory the
/// largest.
[[nodiscard]] std::vector<RankCost> add_up(const std::vector<RankRecord>& records);

/// Whether the process of a record lives: known for those of this machine.
enum class Life { alive, gone, unknown };
[[nodiscard]] Life life_of(const RankRecord& record);

[[nodiscard]] nlohmann::ordered_json to_json(const RankCost& cost);
/// \throws nlohmann::json::exception
[[nodiscard]] RankCost rank_cost_of(const nlohmann::json& json);

}  // namespace at2
