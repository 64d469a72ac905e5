/// \file model/generate.h
/// \brief Greedy generation with a KV cache, several prompts at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "model/attention_trace.h"
#include "model/language_model.h"

namespace at2 {

struct Generation {
  /// The tokens that the model wrote, without the end token.
  std::vector<std::int64_t> tokens;
  /// Whether an end token came before the limit.
  bool ended = false;
  /// With KeepTrace::yes, if there are tokens.
  std::optional<AttentionTrace> trace;
};

/// Whether the model's end tokens end a generation.
enum class EndTokens { heeded, ignored };

/// Whether the queries and keys of each sequence are kept for attribution: L U H K + L N T K numbers.
enum class KeepTrace { no, yes };

/// Whether tokens are guessed from the text so far and checked several at a time (model/draft.h). Only where a row's
/// bits do not depend on the number of rows, which is float32 on the CPU; elsewhere nothing is guessed.
enum class Drafts { no, by_lookup };

struct GenerationLimits {
  std::int64_t max_new_tokens = 512;
  /// Prompts decoded together; one that ends makes room for the next. No result depends on it.
  std::int64_t batch_size = 8;
  EndTokens end_tokens = EndTokens::heeded;
  /// Called with each new token of a prompt, the end token too; empty = nobody listens.
  std::function<void(std::size_t prompt, std::int64_t token)> on_token;
  KeepTrace trace = KeepTrace::no;
  /// No result depends on it.
  Drafts drafts = Drafts::by_lookup;
};

/// The most likely continuation, token by token (ties: the lowest token id), of each prompt.
/// \return one Generation per prompt, in order.
[[nodiscard]] std::vector<Generation> generate_greedy(const LanguageModel& model,
                                                      std::span<const std::vector<std::int64_t>> prompts,
                                                      const GenerationLimits& limits);

}  // namespace at2
