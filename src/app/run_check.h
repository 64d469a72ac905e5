/// \file app/run_check.h
/// \brief Whether a run folder holds what was written there, and whether its parts belong together. Needs no model.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "app/run_layout.h"

namespace at2 {

struct CheckedPlace {
  /// "generate, training set", "estimator.h5"
  std::string title;
  std::int64_t files = 0;
  /// How many there should be; unknown where there is none.
  std::optional<std::int64_t> total;
  std::int64_t bytes = 0;
  std::int64_t damaged = 0;
  /// Whole as far as HDF5 can tell: written before files had checksums.
  std::int64_t without_checksum = 0;
  /// Claims, temporary files, those of them that killed processes left, and damaged files that were set aside.
  std::int64_t claims = 0;
  std::int64_t writing = 0;
  std::int64_t leftovers = 0;
  std::int64_t set_aside = 0;
};

/// `damage` makes the program exit with 1; `notice` is worth knowing.
enum class Weight { damage, notice };

struct Finding {
  Weight weight = Weight::damage;
  /// "FILE is damaged (why)"
  std::string what;
  std::string what_to_do;
};

struct RunCheck {
  std::filesystem::path folder;
  std::vector<CheckedPlace> places;
  std::vector<Finding> findings;
  double seconds = 0;

  [[nodiscard]] bool is_sound() const;
};

/// Reads every shard and compares it with its checksum; compares their headers with each other, with config.yaml, with
/// the examples and with the estimator; makes the metrics anew and compares them with metrics.json. Changes nothing.
/// \throws UserError if `folder` is not a run folder
[[nodiscard]] RunCheck check_run(const std::filesystem::path& folder);

/// A table, a line for each finding, and a verdict.
[[nodiscard]] std::string describe(const RunCheck& check);

}  // namespace at2
