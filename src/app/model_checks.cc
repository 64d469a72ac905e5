#include "app/model_checks.h"

#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <numeric>

#include "ablation/attention_features.h"
#include "base/errors.h"
#include "base/random.h"
#include "data/prompt.h"
#include "model/generate.h"

namespace at2 {
namespace {

constexpr std::uint64_t seed = 1;

/// Longer than a sliding window or RoPE's original length where those are short enough to try.
std::int64_t check_length(const ModelConfig& config) {
  constexpr std::int64_t usual = 64;
  constexpr std::int64_t longest = 1024;
  std::int64_t wanted = usual;
  for (const std::int64_t border : {config.sliding_window, config.rope.original_max_positions}) {
    if (border > 0 && border + 16 <= longest) wanted = std::max(wanted, border + 16);
  }
  return std::min(wanted, config.max_positions);
}

std::vector<std::int64_t> random_tokens(const ModelConfig& config, std::int64_t length, const char* purpose) {
  RandomStream stream(seed, purpose);
  std::vector<std::int64_t> tokens;
  for (std::int64_t t = 0; t < length; ++t) {
    tokens.push_back(static_cast<std::int64_t>(stream.below(static_cast<std::uint64_t>(config.vocabulary_size))));
  }
  return tokens;
}

std::vector<std::int64_t> numbers_up_to(std::int64_t count) {
  std::vector<std::int64_t> numbers(static_cast<std::size_t>(count));
  std::iota(numbers.begin(), numbers.end(), 0);
  return numbers;
}

double largest(const at::Tensor& difference) { return difference.abs().max().item<double>(); }

/// The features that attribution reads, over the whole sequence: every layer and head must have spent all its
/// attention.
std::vector<Comparison> check_attention_sums(const LanguageModel& model, const std::vector<std::int64_t>& tokens) {
  AttributionTask task;
  task.tokens = tokens;
  const auto length = std::ssize(tokens);
  task.targets = {{length / 2, length}};
  const TokenAttention attention = attention_to_tokens(model, task, {0, length - 1});
  const at::Tensor sums_LH = attention.attention_GTF.sum(1).view({model.config().num_layers, -1});
  std::vector<Comparison> comparisons;
  for (std::int64_t layer = 0; layer < sums_LH.size(0); ++layer) {
    comparisons.push_back(
        {"attention rows less one, layer " + std::to_string(layer), largest(sums_LH[layer] - 1.0), 1e-5});
  }
  return comparisons;
}

Comparison check_hidden_tokens(const LanguageModel& model, const std::vector<std::int64_t>& tokens) {
  RandomStream stream(seed, "hidden tokens");
  std::vector<std::int64_t> kept;
  std::vector<std::int64_t> hidden;
  for (std::int64_t t = 0; t < std::ssize(tokens); ++t) {
    (t > 1 && t + 8 < std::ssize(tokens) && stream.below(3) == 0 ? hidden : kept).push_back(t);
  }
  const at::Tensor dropped = model.logits(model.hidden(sequence_pack(tokens, kept))).to(at::kFloat);
  Pack masked = sequence_pack(tokens, numbers_up_to(std::ssize(tokens)));
  masked.wanted = kept;
  masked.masked = hidden;
  const at::Tensor difference = model.logits(model.hidden(masked)).to(at::kFloat) - dropped;
  const double scale = std::max(1.0, dropped.std().item<double>());
  return {"logits, hidden tokens dropped against masked", largest(difference),
          golden_tolerance(model.place().dtype).logits * scale};
}

Comparison check_packs(const LanguageModel& model, const std::vector<std::int64_t>& tokens) {
  Pack together;
  std::vector<Pack> alone;
  for (const std::int64_t length : {std::int64_t{40}, std::int64_t{3}, std::int64_t{17}}) {
    alone.push_back(sequence_pack(tokens, numbers_up_to(std::min(length, std::ssize(tokens)))));
    const Pack& pack = alone.back();
    const auto first = std::ssize(together.tokens);
    together.tokens.insert(together.tokens.end(), pack.tokens.begin(), pack.tokens.end());
    together.positions.insert(together.positions.end(), pack.positions.begin(), pack.positions.end());
    together.segments.push_back({{first, std::ssize(together.tokens)}, {}, -1, std::ssize(tokens)});
  }
  together.wanted = numbers_up_to(std::ssize(together.tokens));
  const auto log_odds = [&](const Pack& pack) {
    return model.target_log_odds(model.hidden(pack), at::tensor(pack.tokens, at::kLong));
  };
  std::vector<at::Tensor> parts;
  for (const Pack& pack : alone) parts.push_back(log_odds(pack));
  return {"log-odds, in a pack against alone", largest(log_odds(together) - at::cat(parts)), 0};
}

Comparison check_batches(const LanguageModel& model, const std::vector<std::int64_t>& tokens) {
  std::vector<std::vector<std::int64_t>> prompts;
  for (const std::int64_t length : {5, 21, 12}) prompts.emplace_back(tokens.begin(), tokens.begin() + length);
  GenerationLimits limits;
  limits.max_new_tokens = 8;
  limits.batch_size = std::ssize(prompts);
  const auto together = generate_greedy(model, prompts, limits);
  limits.batch_size = 1;
  const auto alone = generate_greedy(model, prompts, limits);
  double others = 0;
  for (std::size_t i = 0; i < prompts.size(); ++i) others += together[i].tokens == alone[i].tokens ? 0 : 1;
  return {"generations that depend on the batch", others, 0};
}

}  // namespace

std::vector<Comparison> check_text(const ModelText& text) {
  double changed = 0;
  for (const char* sample : {"A plain sentence, with numbers: 1874 and 3.14.", "naïve café, Ångström, Zażółć gęślą",
                             "line one\nline two\n\n\tindented", "日本語と한국어와 русский", "f(x) = x**2; // 100 %"}) {
    const Encoding encoding = text.tokenizer.encode(sample, SpecialTokens::as_text);
    if (text.tokenizer.decode(encoding.ids, SkipSpecial::no) != sample) ++changed;
  }
  double failed = 0;
  Example example;
  example.id = "check";
  example.content = "Context: The bridge opened in 1931.\n\nQuery: When did it open?";
  example.context = {9, 35};
  example.passages = {example.context};
  const Prompt prompt = make_prompt(example, text.chat, text.tokenizer, text.config.max_positions);
  const std::string_view found =
      std::string_view(prompt.text)
          .substr(static_cast<std::size_t>(prompt.context.begin), static_cast<std::size_t>(prompt.context.size()));
  if (found != "The bridge opened in 1931.") ++failed;
  // Only a second one right after it is a fault: some templates begin every turn with the same token.
  double doubled = 0;
  if (text.chat.tokens.bos && prompt.tokens.size() > 1) {
    const auto bos = text.tokenizer.token_to_id(*text.chat.tokens.bos);
    if (prompt.tokens[0] == bos && prompt.tokens[1] == bos) ++doubled;
  }
  return {{"texts changed by the tokenizer", changed, 0},
          {"contexts not found in the prompt", failed, 0},
          {"doubled beginning-of-sequence tokens", doubled, 0}};
}

std::vector<Comparison> check_model(const LanguageModel& model) {
  const at::NoGradGuard no_gradients;
  AT2_EXPECT(model.config().max_positions >= 32, "a model has room for a check");
  const auto tokens = random_tokens(model.config(), check_length(model.config()), "tokens to check a model");
  std::vector<Comparison> comparisons = check_attention_sums(model, tokens);
  comparisons.push_back(check_hidden_tokens(model, tokens));
  comparisons.push_back(check_packs(model, tokens));
  comparisons.push_back(check_batches(model, tokens));
  return comparisons;
}

}  // namespace at2
