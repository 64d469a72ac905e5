/// \file app/timing_view.h
/// \brief What `at2 bench-attribution` measured, as a file and as rows.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "report/results.h"

namespace at2 {

/// One operation on one example.
struct OperationTiming {
  std::string operation;
  /// One entry per repeat.
  std::vector<double> seconds;
  /// Beyond the loaded model; nothing where the system does not say.
  std::optional<double> peak_bytes;
};

struct ExampleTiming {
  std::string id;
  std::int64_t prompt_tokens = 0;
  std::int64_t response_tokens = 0;
  std::int64_t sources = 0;
  /// Largest difference between AT2's scores from saved and from recomputed attention, beside the largest score.
  double largest_difference = 0;
  /// The forward pass first.
  std::vector<OperationTiming> operations;
};

/// What timing.json holds.
struct Timings {
  std::string model;
  /// "cpu, float32, 2 threads, AVX2".
  std::string place;
  std::string source_kind;
  std::vector<ExampleTiming> examples;
};

/// \throws UserError if it cannot be written
void write_timings(const std::filesystem::path& file, const Timings& timings);

/// Medians of repeats, and over examples their median and quartiles; of the peaks the largest (NaN where not known).
/// \pre there is an example, and all have the same operations
[[nodiscard]] TimingView timing_view(const Timings& timings);

/// The rows of RUN/timing.json. \return nothing if there is no such file
/// \throws UserError naming the file if it is damaged
[[nodiscard]] std::optional<TimingView> read_timing(const std::filesystem::path& run_folder);

}  // namespace at2
