#include "model/generate.h"

#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <utility>

#include "base/errors.h"
#include "model/draft.h"
#include "model/greedy_head.h"

namespace at2 {
namespace {

/// Rows of a decoding step beyond which reading the weights no longer hides the arithmetic.
constexpr std::int64_t decoding_rows = 10;
/// Rows of prompts that pass through the model together, unless one prompt alone has more.
constexpr std::int64_t prompt_rows = 4096;

/// A prompt that is being continued.
struct Sequence {
  std::size_t prompt = 0;
  std::int64_t slot = 0;
  std::int64_t prompt_length = 0;
  /// Prompt and continuation.
  std::vector<std::int64_t> tokens;
  DraftLength draft_length;
  /// What comes next, if the guess is right; its rows follow those of `tokens` in a pack.
  std::vector<std::int64_t> draft;
  /// Queries of the rows that predict generated tokens, [L, max_new_tokens, H, K].
  at::Tensor queries;
};

/// Decodes the prompts of one call.
class Decoder {
 public:
  Decoder(const LanguageModel& model, std::span<const std::vector<std::int64_t>> prompts,
          const GenerationLimits& limits)
      : model_(model),
        prompts_(prompts),
        limits_(limits),
        cache_(make_cache(model, prompts, limits)),
        head_(model.head()),
        generations_(prompts.size()) {
    for (std::int64_t slot = num_slots(prompts, limits) - 1; slot >= 0; --slot) free_slots_.push_back(slot);
  }

  std::vector<Generation> run() {
    while (start_waiting() || !active_.empty()) step();
    return std::move(generations_);
  }

 private:
  static std::int64_t num_slots(std::span<const std::vector<std::int64_t>> prompts, const GenerationLimits& limits) {
    return std::min(limits.batch_size, std::ssize(prompts));
  }

  static KvCache make_cache(const LanguageModel& model, std::span<const std::vector<std::int64_t>> prompts,
                            const GenerationLimits& limits) {
    std::int64_t longest = 0;
    for (const auto& prompt : prompts) {
      AT2_EXPECT(!prompt.empty(), "a prompt has at least one token");
      longest = std::max(longest, std::ssize(prompt));
    }
    return model.make_cache(num_slots(prompts, limits), longest + limits.max_new_tokens);
  }

  /// Gives free slots to prompts that wait. \return whether any was started
  bool start_waiting() {
    bool started = false;
    for (; !free_slots_.empty() && next_prompt_ < prompts_.size(); ++next_prompt_) {
      const auto& prompt = prompts_[next_prompt_];
      Sequence sequence{next_prompt_, free_slots_.back(), std::ssize(prompt), prompt, {}, {}, {}};
      free_slots_.pop_back();
      cache_.truncate(sequence.slot, 0);
      if (limits_.trace == KeepTrace::yes) sequence.queries = empty_queries();
      active_.push_back(std::move(sequence));
      started = true;
    }
    return started;
  }

  [[nodiscard]] at::Tensor empty_queries() const {
    const ModelConfig& config = model_.config();
    const auto options = at::TensorOptions().device(model_.place().device).dtype(model_.place().dtype);
    return at::empty({config.num_layers, limits_.max_new_tokens, config.num_heads, config.head_width}, options);
  }

  /// Brings every active sequence at least one token further. Sequences of which the cache lacks more than the last
  /// token pass through the model apart from the others: how many rows there are decides how products are computed.
  void step() {
    std::vector<Sequence*> reading;
    std::vector<Sequence*> writing;
    std::int64_t rows = 0;
    for (Sequence& sequence : active_) {
      const auto length = std::ssize(sequence.tokens);
      // What was computed for a shorter sequence does not hold for this one.
      if (changes_at(model_.config().rope, length)) cache_.truncate(sequence.slot, 0);
      const std::int64_t lacking = length - cache_.length(sequence.slot);
      if (lacking == 1 && length > sequence.prompt_length) {
        writing.push_back(&sequence);
        continue;
      }
      if (!reading.empty() && rows + lacking > prompt_rows) run_pack(std::exchange(reading, {}), RowKernel::many);
      rows = reading.empty() ? lacking : rows + lacking;
      reading.push_back(&sequence);
    }
    if (!reading.empty()) run_pack(reading, RowKernel::many);
    if (!writing.empty()) {
      guess(writing);
      run_pack(writing, RowKernel::few);
    }
    std::erase_if(active_, [&](Sequence& sequence) { return finish(sequence); });
  }

  /// Drafts the next tokens of sequences that share a step; those whose guesses were right come first.
  void guess(std::vector<Sequence*> sequences) const {
    if (limits_.drafts == Drafts::no || !model_.place().device.is_cpu() || model_.place().dtype != at::kFloat) return;
    std::stable_sort(sequences.begin(), sequences.end(), [](const Sequence* a, const Sequence* b) {
      return a->draft_length.limit() > b->draft_length.limit();
    });
    std::int64_t rows = decoding_rows - std::ssize(sequences);
    for (Sequence* sequence : sequences) {
      sequence->draft = make_draft(*sequence, rows);
      rows -= std::ssize(sequence->draft);
    }
  }

  [[nodiscard]] std::vector<std::int64_t> make_draft(const Sequence& sequence, std::int64_t most) const {
    const std::int64_t left = limits_.max_new_tokens - std::ssize(generations_[sequence.prompt].tokens) - 1;
    auto draft = draft_by_lookup(sequence.tokens, std::min({left, most, sequence.draft_length.limit()}));
    // A draft must not reach into lengths for which all is computed anew.
    for (std::size_t i = 0; i < draft.size(); ++i) {
      if (changes_at(model_.config().rope, std::ssize(sequence.tokens) + static_cast<std::int64_t>(i) + 1)) {
        draft.resize(i);
      }
    }
    return draft;
  }

  /// The tokens that the cache does not hold, and the drafts; wanted are the last token's row and those of the draft.
  Pack make_pack(std::span<Sequence* const> sequences) const {
    Pack pack;
    for (const Sequence* sequence : sequences) {
      const auto first = std::ssize(pack.tokens);
      const std::int64_t held = cache_.length(sequence->slot);
      pack.tokens.insert(pack.tokens.end(), sequence->tokens.begin() + held, sequence->tokens.end());
      pack.wanted.push_back(std::ssize(pack.tokens) - 1);
      for (const std::int64_t token : sequence->draft) {
        pack.wanted.push_back(std::ssize(pack.tokens));
        pack.tokens.push_back(token);
      }
      pack.segments.push_back({{first, std::ssize(pack.tokens)}, {}, sequence->slot});
      for (std::int64_t row = first; row < std::ssize(pack.tokens); ++row) pack.positions.push_back(held + row - first);
    }
    return pack;
  }

  void run_pack(std::span<Sequence* const> sequences, RowKernel kernel) {
    const Pack pack = make_pack(sequences);
    ForwardOptions options;
    options.cache = &cache_;
    options.kernel = kernel;
    if (limits_.trace == KeepTrace::yes) {
      options.observer = [&](std::int64_t layer, const AttentionRows& rows) {
        keep_queries(pack, sequences, layer, rows.queries_RHK);
      };
    }
    const std::vector<std::int64_t> best = head_.best(model_.hidden(pack, options));
    std::span<const std::int64_t> predicted = best;
    for (Sequence* sequence : sequences) {
      const std::size_t count = sequence->draft.size() + 1;
      accept(*sequence, predicted.first(count));
      predicted = predicted.subspan(count);
    }
  }

  void keep_queries(const Pack& pack, std::span<Sequence* const> sequences, std::int64_t layer,
                    const at::Tensor& queries_RHK) const {
    for (std::size_t i = 0; i < sequences.size(); ++i) {
      const RowRange& rows = pack.segments[i].rows;
      // Rows of drafts that turn out wrong are overwritten by later ones.
      const std::int64_t first = std::max(rows.begin, rows.begin + sequences[i]->prompt_length - 1 -
                                                          pack.positions[static_cast<std::size_t>(rows.begin)]);
      const std::int64_t to = pack.positions[static_cast<std::size_t>(first)] - (sequences[i]->prompt_length - 1);
      sequences[i]
          ->queries.select(0, layer)
          .narrow(0, to, rows.end - first)
          .copy_(queries_RHK.narrow(0, first, rows.end - first));
    }
  }

  /// Takes over predicted tokens as long as the draft before them is right, and forgets the rest.
  void accept(Sequence& sequence, std::span<const std::int64_t> predicted) {
    Generation& generation = generations_[sequence.prompt];
    const auto& ends = model_.config().end_tokens;
    std::int64_t accepted = 0;
    for (std::size_t i = 0; i < predicted.size(); ++i) {
      const std::int64_t token = predicted[i];
      if (limits_.on_token) limits_.on_token(sequence.prompt, token);
      generation.ended =
          limits_.end_tokens == EndTokens::heeded && std::find(ends.begin(), ends.end(), token) != ends.end();
      if (generation.ended) break;
      generation.tokens.push_back(token);
      sequence.tokens.push_back(token);
      if (std::ssize(generation.tokens) == limits_.max_new_tokens) break;
      if (i == sequence.draft.size() || sequence.draft[i] != token) break;
      ++accepted;
    }
    sequence.draft_length.update(std::ssize(sequence.draft), accepted);
    sequence.draft.clear();
    cache_.truncate(sequence.slot, std::min(cache_.length(sequence.slot), std::ssize(sequence.tokens) - 1));
  }

  /// Whether a sequence is complete; frees its slot if so.
  bool finish(Sequence& sequence) {
    Generation& generation = generations_[sequence.prompt];
    const auto written = std::ssize(generation.tokens);
    if (!generation.ended && written < limits_.max_new_tokens) return false;
    if (limits_.trace == KeepTrace::yes && written > 0) {
      // Copies: the slot and the rest of the queries' room go to others.
      generation.trace = AttentionTrace{sequence.prompt_length - 1, sequence.queries.narrow(1, 0, written).clone(),
                                        cache_.keys(sequence.slot).clone(), cache_.values(sequence.slot).clone()};
    }
    free_slots_.push_back(sequence.slot);
    return true;
  }

  const LanguageModel& model_;
  std::span<const std::vector<std::int64_t>> prompts_;
  const GenerationLimits& limits_;
  KvCache cache_;
  GreedyHead head_;
  std::vector<Generation> generations_;
  std::vector<std::int64_t> free_slots_;
  std::size_t next_prompt_ = 0;
  std::vector<Sequence> active_;
};

}  // namespace

std::vector<Generation> generate_greedy(const LanguageModel& model, std::span<const std::vector<std::int64_t>> prompts,
                                        const GenerationLimits& limits) {
  AT2_EXPECT(limits.max_new_tokens > 0 && limits.batch_size > 0, "limits are positive");
  if (prompts.empty()) return {};
  const at::NoGradGuard no_gradients;
  return Decoder(model, prompts, limits).run();
}

}  // namespace at2
