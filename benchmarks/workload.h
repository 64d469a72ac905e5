/// \file workload.h
/// \brief What both sides of the comparison compute: token ids, ranges and masks, in one JSON file.
#pragma once

#include <ATen/ATen.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "ablation/attribution_task.h"

namespace at2::benchmarks {

/// Parts of the context, and which of them each ablation keeps.
struct AblationSet {
  std::vector<TokenRange> sources;
  /// uint8 [M, S]
  at::Tensor keep_MS;
};

struct Workload {
  /// Prompt and response; `targets` are the response's sentences, `sources` is empty.
  AttributionTask task;
  TokenRange context;
  TokenRange response;
  AblationSet token;
  AblationSet sentence;
  /// Of different length.
  std::vector<std::vector<std::int64_t>> prompts;
  /// Of `prompts`: the one that is decoded alone.
  std::size_t single_prompt = 0;
  /// New tokens where one prompt is decoded, and where all are.
  std::int64_t new_tokens_of_one = 96;
  std::int64_t new_tokens_of_all = 64;
};

/// Makes the workload from a folder with attributed.jsonl (one Dolly record with a response) and prompts.jsonl (Dolly
/// records), as the product itself would tokenize, split and mask them.
/// \throws UserError or RecordError as the readers do
[[nodiscard]] Workload make_workload(const std::filesystem::path& texts, const std::filesystem::path& model);

/// \throws UserError if `file` cannot be written.
void write_workload(const std::filesystem::path& file, const Workload& workload);

/// \throws UserError if `file` cannot be read or is no workload.
[[nodiscard]] Workload read_workload(const std::filesystem::path& file);

}  // namespace at2::benchmarks
