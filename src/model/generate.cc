#include "model/generate.h"

#include <ATen/core/grad_mode.h>

#include <algorithm>

#include "base/errors.h"

namespace at2 {
namespace {

/// A prompt that is still being continued.
struct Active {
  std::size_t prompt;
  std::int64_t slot;
  /// Prompt and continuation.
  std::vector<std::int64_t> tokens;
};

/// The tokens of every active sequence that the cache does not hold, each wanting its last row.
Pack next_pack(const LanguageModel& model, std::span<const Active> active, KvCache& cache) {
  Pack pack;
  for (const Active& sequence : active) {
    const auto length = std::ssize(sequence.tokens);
    // What was computed for a shorter sequence does not hold for this one.
    if (changes_at(model.config().rope, length)) cache.clear(sequence.slot);
    const auto first = std::ssize(pack.tokens);
    for (std::int64_t position = cache.length(sequence.slot); position < length; ++position) {
      pack.tokens.push_back(sequence.tokens[static_cast<std::size_t>(position)]);
      pack.positions.push_back(position);
    }
    pack.segments.push_back({{first, std::ssize(pack.tokens)}, {}, sequence.slot});
    pack.wanted.push_back(std::ssize(pack.tokens) - 1);
  }
  return pack;
}

std::vector<std::int64_t> best_tokens(const LanguageModel& model, const Pack& pack, KvCache& cache) {
  ForwardOptions options;
  options.cache = &cache;
  const at::Tensor best = model.logits(model.hidden(pack, options)).argmax(1).to(at::kCPU);
  const std::int64_t* tokens = best.const_data_ptr<std::int64_t>();
  return {tokens, tokens + best.numel()};
}

/// Continues one batch of prompts; `first` is the index of its first prompt among all.
void generate_batch(const LanguageModel& model, std::span<const std::vector<std::int64_t>> prompts,
                    const GenerationLimits& limits, std::size_t first, std::span<Generation> generations) {
  std::int64_t longest = 0;
  for (const auto& prompt : prompts) longest = std::max(longest, std::ssize(prompt));
  KvCache cache = model.make_cache(std::ssize(prompts), longest + limits.max_new_tokens);
  std::vector<Active> active;
  for (std::size_t i = 0; i < prompts.size(); ++i) {
    AT2_EXPECT(!prompts[i].empty(), "a prompt has at least one token");
    active.push_back({i, static_cast<std::int64_t>(i), prompts[i]});
  }
  const auto& ends = model.config().end_tokens;
  while (!active.empty()) {
    const std::vector<std::int64_t> tokens = best_tokens(model, next_pack(model, active, cache), cache);
    std::vector<Active> going_on;
    for (std::size_t i = 0; i < active.size(); ++i) {
      Generation& generation = generations[active[i].prompt];
      if (limits.on_token) limits.on_token(first + active[i].prompt, tokens[i]);
      generation.ended =
          limits.end_tokens == EndTokens::heeded && std::find(ends.begin(), ends.end(), tokens[i]) != ends.end();
      if (generation.ended) continue;
      generation.tokens.push_back(tokens[i]);
      if (std::ssize(generation.tokens) == limits.max_new_tokens) continue;
      active[i].tokens.push_back(tokens[i]);
      going_on.push_back(std::move(active[i]));
    }
    active = std::move(going_on);
  }
}

}  // namespace

std::vector<Generation> generate_greedy(const LanguageModel& model, std::span<const std::vector<std::int64_t>> prompts,
                                        const GenerationLimits& limits) {
  AT2_EXPECT(limits.max_new_tokens > 0 && limits.batch_size > 0, "limits are positive");
  const at::NoGradGuard no_gradients;
  std::vector<Generation> generations(prompts.size());
  const auto batch = static_cast<std::size_t>(limits.batch_size);
  for (std::size_t begin = 0; begin < prompts.size(); begin += batch) {
    const std::size_t count = std::min(batch, prompts.size() - begin);
    generate_batch(model, prompts.subspan(begin, count), limits, begin, std::span(generations).subspan(begin, count));
  }
  return generations;
}

}  // namespace at2
