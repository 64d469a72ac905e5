#include "app/dry_run_estimate.h"

#include <algorithm>
#include <cmath>

#include "report/format.h"
#include "report/table.h"

namespace at2 {
namespace {

std::string count_text(const std::optional<std::int64_t>& count) {
  return count ? std::to_string(*count) : std::string(kNoValue);
}

std::string number_text(double value) { return value > 0 ? compact(std::round(value)) : std::string(kNoValue); }

std::string size_text(double bytes) {
  return bytes > 0 ? bytes_text(static_cast<std::int64_t>(bytes)) : std::string(kNoValue);
}

std::vector<std::string> row_of(const StageEstimate& stage) {
  return {stage.title,
          count_text(stage.examples),
          count_text(stage.left),
          number_text(stage.tokens),
          number_text(stage.forward_passes),
          number_text(stage.backward_passes),
          size_text(stage.bytes),
          stage.seconds > 0 ? duration_text(stage.seconds) : std::string(kNoValue),
          size_text(stage.peak_bytes)};
}

}  // namespace

Work& Work::operator+=(const Work& other) {
  forward_passes += other.forward_passes;
  backward_passes += other.backward_passes;
  prompt_rows += other.prompt_rows;
  written_tokens += other.written_tokens;
  scored_rows += other.scored_rows;
  attention_rows += other.attention_rows;
  backward_rows += other.backward_rows;
  bytes += other.bytes;
  peak_bytes = std::max(peak_bytes, other.peak_bytes);
  return *this;
}

Work Work::divided_by(double count) const {
  Work mean = *this;
  for (double* sum : {&mean.forward_passes, &mean.backward_passes, &mean.prompt_rows, &mean.written_tokens,
                      &mean.scored_rows, &mean.attention_rows, &mean.backward_rows, &mean.bytes}) {
    *sum = count > 0 ? *sum / count : 0;
  }
  return mean;
}

double seconds_of(const Work& work, const Speed& speed) {
  return work.prompt_rows * speed.prompt_row + work.written_tokens * speed.written_token +
         work.scored_rows * speed.scored_row + work.attention_rows * speed.attention_row +
         work.backward_rows * speed.scored_row * kBackwardAsForward;
}

StageEstimate estimate(const StagePlan& plan, const Speed& speed, int ranks) {
  StageEstimate stage{.title = plan.title, .examples = plan.examples, .left = plan.examples_left};
  if (plan.examples_left == 0 || plan.chunks_left == 0) return stage;
  const auto left = static_cast<double>(plan.examples_left);
  stage.tokens = left * plan.tokens;
  stage.forward_passes = left * plan.mean.forward_passes;
  stage.backward_passes = left * plan.mean.backward_passes;
  stage.bytes = left * plan.mean.bytes;
  stage.peak_bytes = plan.mean.peak_bytes;
  const auto chunks = static_cast<double>(plan.chunks_left);
  const double rounds = std::ceil(chunks / std::max(1, ranks));
  stage.seconds = rounds * (left / chunks) * seconds_of(plan.mean, speed);
  return stage;
}

double expected_length(double tokens, double ends, double most) {
  if (tokens <= 0 || ends <= 0) return most;
  const double rate = ends / tokens;
  return std::min(most, (1 - std::exp(-rate * most)) / rate);
}

std::string estimate_table(const std::vector<StageEstimate>& stages) {
  Table table{{"Stage", "Examples", "Left", "Tokens", "Forward", "Backward", "Stored", "Time", "Memory"}, {}};
  StageEstimate all{.title = "All"};
  for (const StageEstimate& stage : stages) {
    table.rows.push_back(row_of(stage));
    all.forward_passes += stage.forward_passes;
    all.backward_passes += stage.backward_passes;
    all.bytes += stage.bytes;
    all.seconds += stage.seconds;
    all.peak_bytes = std::max(all.peak_bytes, stage.peak_bytes);
  }
  table.rows.push_back(row_of(all));
  return terminal_table(table);
}

}  // namespace at2
