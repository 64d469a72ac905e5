#include "app/dry_run_speed.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "ablation/ablation_pack.h"
#include "ablation/attention_features.h"
#include "ablation/block_plan.h"
#include "ablation/keep_masks.h"
#include "ablation/score.h"
#include "app/dry_run_work.h"
#include "base/errors.h"
#include "base/timer.h"
#include "comm/agree.h"
#include "model/generate.h"
#include "train/trainer.h"

namespace at2 {
namespace {

/// Of the whole prompts that are read, and of what is scored.
constexpr std::int64_t kPromptRows = 500;
constexpr std::int64_t kScoredRows = 500;
constexpr double kDecodeSeconds = 0.7;
/// Of the prompts that only fill up a batch.
constexpr std::int64_t kFillerTokens = 16;
constexpr std::int64_t kTried = 9;

struct TimeIsUp {};

/// An example to measure with: of those tried, the one of median length.
struct Probe {
  const Example* example = nullptr;
  Prompt prompt;
};

/// Usable prompts, the shortest first.
std::vector<Probe> probes_of(const Session& session, const Inputs& inputs, const Corpus& corpus) {
  std::vector<Probe> probes;
  for (const std::int64_t index : spread_over(std::ssize(corpus.examples), kTried)) {
    const Example& example = corpus.examples[static_cast<std::size_t>(index)];
    try {
      probes.push_back({&example, prompt_of(session, inputs, example)});
    } catch (const RecordError&) {
      // Another one will do.
    }
  }
  std::sort(probes.begin(), probes.end(),
            [](const Probe& a, const Probe& b) { return a.prompt.tokens.size() < b.prompt.tokens.size(); });
  return probes;
}

/// Prompts that are decoded together: whole ones around the median as far as reading them takes little, then ends of
/// others. \param whole  gets the number of whole ones
std::vector<std::vector<std::int64_t>> batch_of(const std::vector<Probe>& probes, std::int64_t batch,
                                                std::size_t& whole) {
  std::vector<std::vector<std::int64_t>> prompts;
  std::int64_t rows = 0;
  whole = 0;
  const std::size_t middle = probes.size() / 2;
  for (std::size_t i = 0; std::ssize(prompts) < batch; ++i) {
    std::vector<std::int64_t> tokens = probes[(middle + i) % probes.size()].prompt.tokens;
    const bool fits = i < probes.size() && (whole == 0 || rows + std::ssize(tokens) <= kPromptRows);
    if (fits && whole == prompts.size()) {
      rows += std::ssize(tokens);
      ++whole;
    } else if (std::ssize(tokens) > kFillerTokens) {
      tokens.erase(tokens.begin(), tokens.end() - kFillerTokens);
    }
    prompts.push_back(std::move(tokens));
  }
  return prompts;
}

/// Reading prompts, and writing until the time is up. Times the first until every prompt has a token.
void measure_generation(const LanguageModel& model, const std::vector<std::vector<std::int64_t>>& prompts,
                        std::size_t whole, std::int64_t most, MeasuredSpeed& measured) {
  std::vector<bool> begun(prompts.size());
  std::size_t num_begun = 0;
  double rows = 0;
  for (const auto& prompt : prompts) rows += static_cast<double>(prompt.size());
  double read_seconds = 0;
  double written = 0;
  const auto& ends = model.config().end_tokens;
  const Timer timer;
  GenerationLimits limits;
  limits.max_new_tokens = most;
  limits.batch_size = std::ssize(prompts);
  limits.on_token = [&](std::size_t prompt, std::int64_t token) {
    if (prompt < whole) {
      measured.watched.tokens += 1;
      measured.watched.ends += std::find(ends.begin(), ends.end(), token) != ends.end() ? 1 : 0;
    }
    if (num_begun == prompts.size()) written += 1;
    if (!begun[prompt]) {
      begun[prompt] = true;
      ++num_begun;
      if (num_begun == prompts.size()) read_seconds = timer.seconds();
    }
    if (num_begun == prompts.size() && timer.seconds() - read_seconds > kDecodeSeconds) throw TimeIsUp{};
  };
  try {
    static_cast<void>(generate_greedy(model, prompts, limits));
  } catch (const TimeIsUp&) {
    // Enough was seen.
  }
  const double write_seconds = timer.seconds() - read_seconds;
  measured.speed.prompt_row = read_seconds / std::max(rows, 1.0);
  measured.speed.written_token = write_seconds / std::max(written, 1.0);
}

/// As many masks of a block as make a pack of about kScoredRows rows.
at::Tensor few_masks(const Session& session, const AttributionTask& task, double& rows) {
  const AblateOptions& options = session.options.ablate;
  const at::Tensor keep_MS = random_keep_masks(
      task.example_id, std::ssize(task.sources),
      {masks_per_block, options.keep_probability, options.mask_seeding, session.options.seed, MaskPurpose::training});
  for (std::int64_t count = 1;; ++count) {
    const at::Tensor some = keep_MS.narrow(0, 0, count).contiguous();
    const BlockPlan plan = plan_blocks(task, some, max_pack_rows);
    rows = 0;
    for (const auto& block : plan.blocks) rows += static_cast<double>(ablation_pack(task, block).tokens.size());
    if (rows >= kScoredRows || count == keep_MS.size(0)) return some;
  }
}

void measure_scoring(const Session& session, const LanguageModel& model, const AttributionInput& input,
                     MeasuredSpeed& measured) {
  double rows = 0;
  const at::Tensor keep_MS = few_masks(session, input.task, rows);
  const Timer scoring;
  static_cast<void>(score_ablations(model, input.task, keep_MS));
  measured.speed.scored_row = scoring.seconds() / std::max(rows, 1.0);
  const Timer attending;
  static_cast<void>(attention_to_tokens(model, input.task, input.span));
  measured.speed.attention_row = attending.seconds() / static_cast<double>(input.task.tokens.size());
}

MeasuredSpeed measure_here(const Session& session, const Inputs& inputs, const LanguageModel& model,
                           std::int64_t response_tokens) {
  const Corpus& corpus = inputs.train.examples.empty() ? inputs.evaluation : inputs.train;
  const std::vector<Probe> probes = probes_of(session, inputs, corpus);
  if (probes.empty()) {
    throw UserError("there is nothing to measure with", "none of the examples tried can be used",
                    "at2 data CONFIG shows what becomes of the records");
  }
  MeasuredSpeed measured;
  measured.batch = std::min(session.options.generate.batch_size, session.options.store.chunk_size);
  std::size_t whole = 0;
  const auto prompts = batch_of(probes, measured.batch, whole);
  // The first pass brings the weights into memory.
  GenerationLimits one;
  one.max_new_tokens = 1;
  const std::vector<std::vector<std::int64_t>> first = {{prompts.front().front()}};
  static_cast<void>(generate_greedy(model, first, one));
  measure_generation(model, prompts, whole, session.options.generate.max_new_tokens, measured);
  const Probe& probe = probes[probes.size() / 2];
  Response response = probe.example->response
                          ? given_response(inputs.text, *probe.example->response)
                          : assumed_response(inputs, session.options.task, probe.prompt, response_tokens);
  AttributionInput input =
      make_input(session.options.task, *probe.example, probe.prompt, std::move(response), inputs.splitter);
  input.task.sources = sources_of(input, *probe.example, session.options.ablate.sources, inputs.splitter).tokens;
  measure_scoring(session, model, input, measured);
  return measured;
}

}  // namespace

MeasuredSpeed measure_speed(const Session& session, const Inputs& inputs, const LanguageModel& model,
                            std::int64_t response_tokens) {
  Communicator& ranks = session.communicator();
  ranks.barrier();
  MeasuredSpeed measured = agreed(ranks, [&] {
    try {
      return measure_here(session, inputs, model, response_tokens);
    } catch (const RecordError& error) {
      throw UserError("there is nothing to measure with", error.what(), "at2 data CONFIG shows the examples");
    }
  });
  std::array<double, 6> sums = {measured.speed.prompt_row,    measured.speed.written_token, measured.speed.scored_row,
                                measured.speed.attention_row, measured.watched.tokens,      measured.watched.ends};
  ranks.all_reduce(buffer_of(std::span<double>(sums)), Reduction::sum);
  for (double& sum : sums) sum /= ranks.size();
  measured.speed = {sums[0], sums[1], sums[2], sums[3], 0};
  measured.watched = {sums[4], sums[5]};
  return measured;
}

double measure_train_step(const Session& session, const Inputs& inputs, std::int64_t targets) {
  constexpr std::int64_t kMostNumbers = 30'000'000;
  constexpr double kSeconds = 0.3;
  const std::int64_t used = session.options.train.max_ablations;
  const std::int64_t masks = used != 0 ? used : session.options.ablate.num_ablations;
  const std::int64_t features = num_weighed(session.options, inputs.text.config);
  const std::int64_t made = std::clamp<std::int64_t>(kMostNumbers / (masks * features), 1, targets);
  FeatureTable table;
  std::vector<TargetIndex> batch;
  for (std::int64_t i = 0; i < made; ++i) {
    at::Tensor values = at::rand({1, masks, features});
    if (session.options.ablate.feature_dtype == FeatureDtype::float16) values = values.to(at::kHalf);
    table.add(values, at::rand({1, masks}));
    batch.push_back({i, 0});
  }
  TrainOptions options = session.options.train;
  options.steps = 1000;
  Trainer trainer(table, features, options, session.communicator());
  static_cast<void>(trainer.step(batch));
  // The number of steps is that of rank 0: a step is collective.
  std::int64_t steps = 0;
  std::int64_t more = 1;
  const Timer timer;
  for (; more != 0 && steps + 1 < options.steps; ++steps) {
    static_cast<void>(trainer.step(batch));
    more = timer.seconds() < kSeconds ? 1 : 0;
    session.communicator().broadcast(buffer_of(std::span(&more, 1)), 0);
  }
  return timer.seconds() / static_cast<double>(steps) * static_cast<double>(targets) / static_cast<double>(made);
}

}  // namespace at2
