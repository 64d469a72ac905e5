/// \file support/tiny_model.h
/// \brief The random models of tests/golden/tiny-models, and tasks for them.
#pragma once

#include <ATen/ATen.h>

#include <algorithm>
#include <filesystem>
#include <string>

#include "ablation/attribution_task.h"
#include "base/random.h"
#include "model/language_model.h"
#include "model/weights.h"

namespace at2::testing {

inline LanguageModel load_tiny_model(const std::string& name = "llama3") {
  const auto folder = std::filesystem::path(AT2_GOLDEN_DIR) / "tiny-models" / name;
  const ModelConfig config = read_model_config(folder);
  return {config, load_weights(folder, config, ComputePlace{}), ComputePlace{}};
}

/// A model's name as part of a test's, where dashes may not be.
inline std::string name_for_tests(std::string name) {
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

/// `num_sources` sources of `source_size` tokens between a header and a query, then two targets; random tokens.
inline AttributionTask make_task(std::int64_t num_sources, std::int64_t source_size, std::uint64_t seed = 1) {
  AttributionTask task;
  task.example_id = "example-" + std::to_string(seed);
  RandomStream stream(seed, "test task");
  const std::int64_t length = 5 + num_sources * source_size + 4 + 9;
  for (std::int64_t t = 0; t < length; ++t) task.tokens.push_back(3 + static_cast<std::int64_t>(stream.below(190)));
  for (std::int64_t s = 0; s < num_sources; ++s) {
    task.sources.push_back({5 + s * source_size, 5 + (s + 1) * source_size});
  }
  task.targets = {{length - 9, length - 4}, {length - 4, length}};
  return task;
}

/// A task of thought attribution: sources in the prompt and, after a query, in the response, with tokens between that
/// are in none; then a closing tag and two targets. Random tokens.
inline AttributionTask make_thought_task(std::uint64_t seed = 1) {
  AttributionTask task;
  task.example_id = "thought-" + std::to_string(seed);
  RandomStream stream(seed, "test thought task");
  for (int t = 0; t < 46; ++t) task.tokens.push_back(3 + static_cast<std::int64_t>(stream.below(190)));
  // The prompt has 16 tokens.
  task.sources = {{4, 7}, {7, 10}, {18, 22}, {22, 23}, {24, 28}, {28, 31}};
  task.targets = {{34, 39}, {40, 46}};
  return task;
}

}  // namespace at2::testing
