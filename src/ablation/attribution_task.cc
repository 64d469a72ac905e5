#include "ablation/attribution_task.h"

#include <algorithm>

#include "base/errors.h"

namespace at2 {

void check(const AttributionTask& task) {
  const auto length = std::ssize(task.tokens);
  std::int64_t previous = 0;
  for (const TokenRange& target : task.targets) {
    AT2_EXPECT(target.begin >= std::max<std::int64_t>(previous, 1) && target.begin < target.end && target.end <= length,
               "targets are ordered, not empty, inside the sequence, and not its first token");
    previous = target.end;
  }
  for (const TokenRange& source : task.sources) {
    AT2_EXPECT(source.begin >= 0 && source.begin < source.end && source.end <= length, "a source lies in the sequence");
    for (const TokenRange& target : task.targets) {
      AT2_EXPECT(source.end < target.begin || source.begin >= target.end,
                 "a source neither overlaps a target nor holds the row that predicts its first token");
    }
  }
}

std::int64_t num_target_tokens(const AttributionTask& task) {
  std::int64_t count = 0;
  for (const TokenRange& target : task.targets) count += target.size();
  return count;
}

std::vector<std::int64_t> predicting_positions(const AttributionTask& task) {
  std::vector<std::int64_t> positions;
  for (const TokenRange& target : task.targets) {
    for (std::int64_t token = target.begin; token < target.end; ++token) positions.push_back(token - 1);
  }
  return positions;
}

at::Tensor target_tokens(const AttributionTask& task) {
  std::vector<std::int64_t> tokens;
  for (const std::int64_t position : predicting_positions(task)) {
    tokens.push_back(task.tokens[static_cast<std::size_t>(position) + 1]);
  }
  return at::tensor(tokens, at::kLong);
}

std::int64_t needed_length(const AttributionTask& task) {
  AT2_EXPECT(!task.targets.empty(), "a task has a target");
  return task.targets.back().end - 1;
}

}  // namespace at2
