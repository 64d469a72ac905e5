/// \file app/dry_run_estimate.h
/// \brief From work and speed to time, memory and disk of each stage: the arithmetic of `at2 run --dry-run`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace at2 {

/// What an example takes in a stage.
struct Work {
  /// As provenance.json counts them.
  double forward_passes = 0;
  double backward_passes = 0;
  /// Tokens of prompts, read before a response is written.
  double prompt_rows = 0;
  double written_tokens = 0;
  /// Rows of ablated sequences; rows of a common beginning are computed once.
  double scored_rows = 0;
  /// Rows of passes whose attention is read as well.
  double attention_rows = 0;
  /// Rows of backward passes.
  double backward_rows = 0;
  /// On the disk.
  double bytes = 0;
  /// Largest memory at once, weights and program not counted.
  double peak_bytes = 0;

  /// Adds up; of `peak_bytes` the larger one stays.
  Work& operator+=(const Work& other);
  /// All but `peak_bytes` divided by `count`.
  [[nodiscard]] Work divided_by(double count) const;
};

/// Seconds of one rank while all ranks are at work.
struct Speed {
  double prompt_row = 0;
  double written_token = 0;
  double scored_row = 0;
  double attention_row = 0;
  /// Of all ranks together; 0 where nothing is trained.
  double train_step = 0;
};

/// A backward pass takes as long as two forward passes: the convention of the report, too.
inline constexpr double kBackwardAsForward = 2;

/// A stage that goes through examples chunk by chunk.
struct StagePlan {
  std::string title;
  std::int64_t examples = 0;
  std::int64_t examples_left = 0;
  std::int64_t chunks_left = 0;
  /// Tokens of prompt and response of an example, on average.
  double tokens = 0;
  /// Of an example, on average.
  Work mean = {};
};

struct StageEstimate {
  std::string title;
  /// Nothing for stages that have none.
  std::optional<std::int64_t> examples = {};
  std::optional<std::int64_t> left = {};
  double tokens = 0;
  double forward_passes = 0;
  double backward_passes = 0;
  double bytes = 0;
  double seconds = 0;
  /// Of each rank, weights not counted.
  double peak_bytes = 0;
};

/// What is left of a stage. Ranks take chunks one after another, so the last round may leave some of them idle.
[[nodiscard]] StageEstimate estimate(const StagePlan& plan, const Speed& speed, int ranks);

/// Seconds that one example takes one rank.
[[nodiscard]] double seconds_of(const Work& work, const Speed& speed);

/// Mean length of responses that were watched while they were written, some to their end: as if each next token ended
/// the response with the same probability, up to the limit `most`. With no end seen it is the limit.
[[nodiscard]] double expected_length(double tokens, double ends, double most);

/// A table with a line of sums.
[[nodiscard]] std::string estimate_table(const std::vector<StageEstimate>& stages);

}  // namespace at2
