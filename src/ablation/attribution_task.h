/// \file ablation/attribution_task.h
/// \brief What is attributed to what: a sequence of tokens with target and source ranges.
///
/// Shape letters in this room (row-major, last index fastest): G targets, S sources, M ablations, L layers, H heads,
/// F = L H features with f = l H + h, T tokens of a span, U target tokens.
#pragma once

#include <ATen/ATen.h>

#include <cstdint>
#include <string>
#include <vector>

#include "base/ranges.h"

namespace at2 {

/// Tokens of prompt and response, the parts of the response to attribute, and the parts of the input to attribute to
/// (paper, section 2.1).
struct AttributionTask {
  std::string example_id;
  std::vector<std::int64_t> tokens;
  /// In the order of the text; ranges count from the start of `tokens`. They do not overlap.
  std::vector<TokenRange> targets;
  /// May share a token at their ends; a token is hidden if any of its sources is.
  std::vector<TokenRange> sources;
};

/// Checks the promises above and that every target token has a visible token before it that predicts it.
/// \throws ContractViolation otherwise.
void check(const AttributionTask& task);

/// Number of tokens of all targets, U.
[[nodiscard]] std::int64_t num_target_tokens(const AttributionTask& task);

/// Positions of the rows that predict the target tokens (position of the token - 1), target by target: [U].
[[nodiscard]] std::vector<std::int64_t> predicting_positions(const AttributionTask& task);

/// The target tokens in the same order, int64 [U].
[[nodiscard]] at::Tensor target_tokens(const AttributionTask& task);

/// One past the last position that any target token's prediction needs.
[[nodiscard]] std::int64_t needed_length(const AttributionTask& task);

}  // namespace at2
