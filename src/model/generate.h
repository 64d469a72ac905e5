/// \file model/generate.h
/// \brief Greedy generation with a KV cache, several prompts at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "model/language_model.h"

namespace at2 {

struct Generation {
  /// The tokens that the model wrote, without the end token.
  std::vector<std::int64_t> tokens;
  /// Whether an end token came before the limit.
  bool ended = false;
};

/// Whether the model's end tokens end a generation.
enum class EndTokens { heeded, ignored };

struct GenerationLimits {
  std::int64_t max_new_tokens = 512;
  /// Prompts decoded together. No result depends on it.
  std::int64_t batch_size = 8;
  EndTokens end_tokens = EndTokens::heeded;
  /// Called with each new token of a prompt, the end token too; empty = nobody listens.
  std::function<void(std::size_t prompt, std::int64_t token)> on_token;
};

/// The most likely continuation, token by token (ties: the lowest token id), of each prompt.
/// \return one Generation per prompt, in order.
[[nodiscard]] std::vector<Generation> generate_greedy(const LanguageModel& model,
                                                      std::span<const std::vector<std::int64_t>> prompts,
                                                      const GenerationLimits& limits);

}  // namespace at2
