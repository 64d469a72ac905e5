/// \file config/provenance.h
/// \brief Where, when and from what a run came: provenance.json.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "config/rank_record.h"

namespace at2 {

/// What a stage took, all ranks together.
struct StageCost {
  std::string stage;
  /// Wall-clock seconds.
  double seconds = 0;
  std::int64_t forward_passes = 0;
  std::int64_t backward_passes = 0;
  bool operator==(const StageCost&) const = default;
};

/// What became of the records of one of the two data sets: read = kept + all dropped.
struct DatasetUse {
  /// "train" or "evaluation"
  std::string set;
  std::string path;
  std::int64_t files = 0;
  std::int64_t read = 0;
  std::int64_t kept = 0;
  /// Of those kept, the ones that the run takes.
  std::int64_t used = 0;
  std::map<std::string, std::int64_t> dropped = {};
  bool operator==(const DatasetUse&) const = default;
};

/// What provenance.json holds. One entry per rank in `hosts` and `devices`; times are UTC, ISO 8601.
struct Provenance {
  std::string version;
  std::string commit;
  std::string command;
  /// Name of the model's file or folder.
  std::string model;
  std::int64_t ranks = 1;
  std::vector<std::string> hosts;
  std::vector<std::string> devices;
  std::string started;
  std::string ended;
  std::vector<DatasetUse> datasets;
  std::vector<StageCost> stages;
  /// Of all invocations, see config/rank_record.h.
  std::vector<RankCost> rank_costs;
  bool operator==(const Provenance&) const = default;
};

/// Version of the program ("0.1.0").
[[nodiscard]] std::string program_version();

/// Git commit that the program was built from, with "-dirty" if files had changed; "unknown" outside a repository.
[[nodiscard]] std::string program_commit();

/// The time now, as "2025-01-31T12:00:00Z".
[[nodiscard]] std::string utc_now();

/// Seconds from a time that utc_now() wrote until now; negative if it is of a clock that is ahead, NaN if it is no
/// time.
[[nodiscard]] double seconds_since(const std::string& utc);

/// Name of this machine.
[[nodiscard]] std::string host_name();

/// A record of this program, started now, of one rank, with nothing measured yet.
[[nodiscard]] Provenance begin_provenance();

/// As JSON, keys in the order of the struct.
[[nodiscard]] nlohmann::ordered_json to_json(const Provenance& provenance);

/// Writes `provenance` to `file`, replacing it as a whole. One rank calls it.
/// \throws UserError naming `file` if it cannot be written.
void write_provenance(const std::filesystem::path& file, const Provenance& provenance);

/// What write_provenance wrote, or nothing if `file` does not exist.
/// \throws UserError naming `file` if it is not such a file.
[[nodiscard]] std::optional<Provenance> read_provenance(const std::filesystem::path& file);

}  // namespace at2
