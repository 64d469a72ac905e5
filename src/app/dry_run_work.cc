#include "app/dry_run_work.h"

#include <algorithm>
#include <cmath>

#include "ablation/ablation_pack.h"
#include "ablation/block_plan.h"
#include "ablation/keep_masks.h"
#include "base/errors.h"
#include "base/random.h"
#include "model/pack_memory.h"

namespace at2 {
namespace {

constexpr std::int64_t kLookedAt = 24;
/// Of an example in a shard: groups, attributes and what HDF5 keeps of each dataset. Measured on small runs.
constexpr double kBytesOfAResponse = 4'000;
constexpr double kBytesOfAblations = 9'000;
constexpr double kBytesOfScores = 6'000;
constexpr double kBytesOfAMethod = 4'500;
/// Heads whose attention is stored (evaluate_stage).
constexpr double kStoredHeads = 4;

double real(std::int64_t count) { return static_cast<double>(count); }

/// Rows and sequences of what is measured under some masks.
struct Scored {
  double rows = 0;
  double sequences = 0;
  double largest_pack = 0;
};

Scored scored_under(const AttributionTask& task, const at::Tensor& keep_MS) {
  Scored scored;
  if (keep_MS.size(0) == 0) return scored;
  const BlockPlan plan = plan_blocks(task, keep_MS, max_pack_rows);
  for (const auto& block : plan.blocks) {
    const double rows = real(std::ssize(ablation_pack(task, block).tokens));
    scored.rows += rows;
    scored.sequences += real(std::ssize(block));
    scored.largest_pack = std::max(scored.largest_pack, rows);
  }
  return scored;
}

/// Rows that one method has in tables: several of esm.
std::int64_t num_rows(const EvaluateOptions& options) {
  std::int64_t rows = std::ssize(options.methods) + std::ssize(options.estimators);
  if (uses(options, Method::esm)) rows += std::ssize(options.esm_ablations) - 1;
  return rows;
}

/// Masks like those of top-k drops: k sources hidden for each method, target and k. Which ones nobody knows yet.
at::Tensor drop_masks(const RunOptions& options, const AttributionTask& task) {
  const std::int64_t sources = std::ssize(task.sources);
  RandomStream stream(options.seed, "dry run");
  std::vector<at::Tensor> masks;
  for (std::int64_t i = num_rows(options.evaluate) * std::ssize(task.targets); i > 0; --i) {
    for (const std::int64_t k : options.evaluate.top_k) {
      at::Tensor keep_S = at::ones({sources}, at::kByte);
      for (std::int64_t hidden = 0; hidden < std::min(k, sources); ++hidden) {
        keep_S[static_cast<std::int64_t>(stream.below(static_cast<std::uint64_t>(sources)))] = 0;
      }
      masks.push_back(keep_S);
    }
  }
  return masks.empty() ? at::empty({0, sources}, at::kByte) : at::stack(masks);
}

class WorkCounter {
 public:
  WorkCounter(const Session& session, const Inputs& inputs, const Example& example, AttributionInput input)
      : options_(session.options),
        inputs_(inputs),
        example_(example),
        input_(std::move(input)),
        length_(real(std::ssize(input_.task.tokens))),
        targets_(real(std::ssize(input_.task.targets))) {}

  [[nodiscard]] Work generate() const {
    Work work;
    const double written = real(std::ssize(input_.response.tokens));
    work.bytes = kBytesOfAResponse + 8 * written + real(std::ssize(input_.response.text));
    if (example_.response) return work;
    work.forward_passes = 1;
    work.prompt_rows = real(std::ssize(input_.prompt.tokens));
    work.written_tokens = written;
    const double batch = real(std::min(options_.generate.batch_size, options_.store.chunk_size));
    work.peak_bytes = batch * length_ * key_value_bytes() + work.prompt_rows * row_bytes() + head_bytes();
    return work;
  }

  [[nodiscard]] Work ablate() {
    const double sources = use_sources(options_.ablate.sources);
    const double masks = real(options_.ablate.num_ablations);
    Work work = scored(random_masks(options_.ablate.num_ablations, MaskPurpose::training));
    work.forward_passes += 1;
    work.attention_rows = length_;
    const double bytes = options_.ablate.feature_dtype == FeatureDtype::float16 ? 2 : 4;
    const double features = targets_ * masks * real(num_measured(options_, inputs_.text.config));
    work.bytes = kBytesOfAblations + features * bytes + targets_ * masks * 12 + masks * sources / 8;
    work.peak_bytes +=
        attention_bytes() + (targets_ * sources * real(num_measured(options_, inputs_.text.config)) + features) * 4;
    return work;
  }

  [[nodiscard]] Work evaluate() {
    Work work;
    if (options_.evaluate.sources.empty()) return work;
    for (const SourceKind kind : options_.evaluate.sources) work += evaluate_on(kind);
    // One pass gives what all kinds of sources share.
    work.forward_passes += 1;
    work.attention_rows += length_;
    if (uses(options_.evaluate, Method::gradient)) add_gradient(work);
    work.bytes += 2 * real(std::ssize(input_.response.text)) + kBytesOfAResponse;
    return work;
  }

  [[nodiscard]] Work prune() {
    Work work;
    if (options_.prune.kept.empty() || !example_.answer) return work;
    const double sources = use_sources(options_.prune.sources);
    EvaluateOptions methods = options_.evaluate;
    methods.methods = options_.prune.methods;
    methods.estimators.clear();
    work.forward_passes = 1;
    work.attention_rows = length_;
    if (uses(methods, Method::esm)) {
      work += scored(random_masks(methods.esm_ablations.back(), MaskPurpose::surrogate));
    }
    const double context = real(input_.prompt.context_tokens.size());
    for (const std::int64_t kept : options_.prune.kept) {
      const double share = std::min(1.0, real(kept) / std::max(1.0, sources));
      const double prompts = real(num_rows(methods));
      work.forward_passes += prompts;
      work.prompt_rows += prompts * (real(std::ssize(input_.prompt.tokens)) - context * (1 - share));
      work.written_tokens += prompts * real(std::ssize(input_.response.tokens));
    }
    work.bytes = kBytesOfScores + real(num_rows(methods)) * kBytesOfAMethod;
    return work;
  }

 private:
  [[nodiscard]] double row_bytes() const {
    return real(bytes_per_row(inputs_.text.config, inputs_.place.dtype, std::llround(length_)));
  }
  [[nodiscard]] double key_value_bytes() const {
    const ModelConfig& config = inputs_.text.config;
    return real(2 * config.num_layers * config.num_kv_heads * config.head_width) *
           real(static_cast<std::int64_t>(c10::elementSize(inputs_.place.dtype)));
  }
  /// Logits in the model's dtype, and two copies in float32.
  [[nodiscard]] double head_bytes() const {
    return real(head_rows * inputs_.text.config.vocabulary_size) *
           real(static_cast<std::int64_t>(c10::elementSize(inputs_.place.dtype)) + 8);
  }
  [[nodiscard]] double attention_bytes() const {
    return targets_ * real(input_.span.size()) * real(num_measured(options_, inputs_.text.config)) * 4;
  }

  /// \return how many there are
  double use_sources(SourceKind kind) {
    input_.task.sources = sources_of(input_, example_, kind, inputs_.splitter).tokens;
    return real(std::ssize(input_.task.sources));
  }

  [[nodiscard]] at::Tensor random_masks(std::int64_t count, MaskPurpose purpose) const {
    return random_keep_masks(
        example_.id, std::ssize(input_.task.sources),
        {count, options_.ablate.keep_probability, options_.ablate.mask_seeding, options_.seed, purpose});
  }

  [[nodiscard]] Work scored(const at::Tensor& keep_MS) const {
    const Scored all = scored_under(input_.task, keep_MS);
    Work work;
    work.forward_passes = all.sequences;
    work.scored_rows = all.rows;
    work.peak_bytes = all.largest_pack * row_bytes() + head_bytes();
    return work;
  }

  [[nodiscard]] Work evaluate_on(SourceKind kind) {
    const double sources = use_sources(kind);
    const EvaluateOptions& evaluate = options_.evaluate;
    Work work = scored(random_masks(evaluate.lds_ablations, MaskPurpose::evaluation));
    if (uses(evaluate, Method::esm)) {
      work += scored(random_masks(evaluate.esm_ablations.back(), MaskPurpose::surrogate));
    }
    if (uses(evaluate, Method::leave_one_out)) work += scored(leave_one_out_masks(std::ssize(input_.task.sources)));
    work += scored(drop_masks(options_, input_.task));
    const double methods = real(num_rows(evaluate));
    const double numbers = sources + real(std::ssize(evaluate.top_k));
    work.bytes = kBytesOfScores + methods * (kBytesOfAMethod + targets_ * numbers * 8) +
                 real(evaluate.lds_ablations) * (targets_ * 16 + sources / 8) + targets_ * sources * kStoredHeads * 4;
    if (evaluate.store_features) {
      work.bytes += targets_ * sources * real(num_measured(options_, inputs_.text.config)) * 4;
    }
    work.peak_bytes += attention_bytes();
    return work;
  }

  void add_gradient(Work& work) const {
    work.forward_passes += 1;
    work.backward_passes += targets_;
    work.scored_rows += length_;
    work.backward_rows += targets_ * length_;
    // What a forward pass leaves for the backward ones, in every layer.
    const double kept = real(inputs_.text.config.num_layers) * length_ * row_bytes() / 2;
    work.peak_bytes = std::max(work.peak_bytes, kept + head_bytes());
  }

  const RunOptions& options_;
  const Inputs& inputs_;
  const Example& example_;
  AttributionInput input_;
  double length_;
  double targets_;
};

}  // namespace

Response assumed_response(const Inputs& inputs, Task task, const Prompt& prompt, std::int64_t tokens) {
  const std::string context = prompt.text.substr(static_cast<std::size_t>(prompt.context.begin),
                                                 static_cast<std::size_t>(prompt.context.size()));
  const std::string from = context.empty() ? prompt.text : context;
  const Encoding encoding = inputs.text.tokenizer.encode(from, SpecialTokens::as_text);
  if (encoding.ids.empty()) throw RecordError("empty context", "there is no text to take");
  std::string text;
  for (std::int64_t left = std::max<std::int64_t>(tokens, 1); left > 0;) {
    const std::int64_t taken = std::min(left, std::ssize(encoding.ids));
    text += from.substr(0, static_cast<std::size_t>(encoding.ranges[static_cast<std::size_t>(taken - 1)].end)) + " ";
    left -= taken;
  }
  text.pop_back();
  if (task == Task::thought) text = "<think>\n" + text + "\n</think>\n\n" + text.substr(0, text.find('.'));
  return given_response(inputs.text, text);
}

ExampleWork work_of(const Session& session, const Inputs& inputs, Split split, const Example& example,
                    std::int64_t response_tokens) {
  const Task task = session.options.task;
  Prompt prompt = prompt_of(session, inputs, example);
  Response response = example.response ? given_response(inputs.text, *example.response)
                                       : assumed_response(inputs, task, prompt, response_tokens);
  ExampleWork work;
  AttributionInput input = make_input(task, example, std::move(prompt), std::move(response), inputs.splitter);
  work.tokens = real(std::ssize(input.task.tokens));
  work.targets = real(std::ssize(input.task.targets));
  WorkCounter counter(session, inputs, example, std::move(input));
  work.generate = counter.generate();
  if (split == Split::train) {
    work.ablate = counter.ablate();
  } else {
    work.evaluate = counter.evaluate();
    work.prune = counter.prune();
  }
  return work;
}

std::vector<std::int64_t> spread_over(std::int64_t size, std::int64_t count) {
  std::vector<std::int64_t> numbers;
  const std::int64_t taken = std::min(size, count);
  for (std::int64_t i = 0; i < taken; ++i) numbers.push_back((2 * i + 1) * size / (2 * taken));
  return numbers;
}

MeanWork mean_work(const Session& session, const Inputs& inputs, Split split, double response_tokens) {
  const Corpus& corpus = inputs.corpus(split);
  MeanWork result;
  ExampleWork sum;
  for (const std::int64_t index : spread_over(std::ssize(corpus.examples), kLookedAt)) {
    try {
      const ExampleWork work = work_of(session, inputs, split, corpus.examples[static_cast<std::size_t>(index)],
                                       std::llround(response_tokens));
      sum.tokens += work.tokens;
      sum.targets += work.targets;
      sum.generate += work.generate;
      sum.ablate += work.ablate;
      sum.evaluate += work.evaluate;
      sum.prune += work.prune;
      ++result.looked_at;
    } catch (const RecordError&) {
      // A run leaves it out, too.
    }
  }
  const double count = real(result.looked_at);
  if (result.looked_at == 0) return result;
  result.mean = {sum.tokens / count,
                 sum.targets / count,
                 sum.generate.divided_by(count),
                 sum.ablate.divided_by(count),
                 sum.evaluate.divided_by(count),
                 sum.prune.divided_by(count)};
  return result;
}

}  // namespace at2
