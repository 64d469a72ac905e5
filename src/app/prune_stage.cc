#include <algorithm>
#include <ostream>

#include "app/prune_view.h"
#include "app/responses.h"
#include "app/stages.h"
#include "app/trained_estimator.h"
#include "attribute/attributor.h"
#include "attribute/head_reading.h"
#include "base/atomic_file.h"
#include "base/errors.h"
#include "base/timer.h"
#include "comm/agree.h"
#include "config/enum_text.h"
#include "data/keep_sources.h"
#include "evaluate/answer_f1.h"
#include "evaluate/top_k_drop.h"
#include "model/generate.h"
#include "report/prune_table.h"

namespace at2 {
namespace {

constexpr std::int64_t kWhole = 0;

/// What one method chose: for each number of kept sources, the response to them.
struct Choice {
  std::string key;
  std::string title;
  at::Tensor scores_S;
  Cost cost;
  std::vector<std::int64_t> response_K = {};
};

/// One example and the prompts that its context without some of its sources makes.
struct PrunedExample {
  std::int64_t index = 0;
  std::string skipped = {};
  Sources sources = {};
  std::vector<Choice> choices = {};
  std::int64_t oracle = kNoOracle;
  /// All different; that of the whole context first.
  std::vector<std::vector<std::int64_t>> prompts = {};
  std::vector<std::string> responses = {};
  Cost cost = {};
};

/// Chooses sources to keep.
class Pruner {
 public:
  Pruner(const Session& session, const Inputs& inputs, const LanguageModel& model,
         std::span<const std::unique_ptr<Attributor>> attributors, std::shared_ptr<const HeadOutputs> outputs)
      : session_(session), inputs_(inputs), model_(model), attributors_(attributors), outputs_(std::move(outputs)) {}

  /// \throws RecordError if the example cannot be used
  [[nodiscard]] PrunedExample choose(const StoredResponse& stored) const {
    const Example& example = inputs_.evaluation.examples[static_cast<std::size_t>(stored.example)];
    if (!example.answer) throw RecordError("no answer", example.id);
    AttributionInput input = make_input(session_, inputs_, example, stored);
    PrunedExample pruned{.index = stored.example};
    pruned.sources = split_sources(example, input.prompt, session_.options.prune.sources, inputs_.splitter);
    pruned.prompts = {input.prompt.tokens};
    pruned.responses = {input.response.text};
    attribute(input, pruned);
    for (Choice& choice : pruned.choices) {
      for (const std::int64_t count : session_.options.prune.kept) {
        std::vector<std::int64_t> kept =
            top_k({choice.scores_S.const_data_ptr<double>(), pruned.sources.chars.size()}, count);
        std::sort(kept.begin(), kept.end());
        choice.response_K.push_back(prompt_with(example, input.prompt, kept, pruned));
      }
    }
    // A passage without characters is no source, so that indices of passages need not be those of sources.
    const bool knows = pruned.sources.kind == SourceKind::passage && !example.supporting.empty() &&
                       example.passages.size() == pruned.sources.chars.size();
    if (knows) pruned.oracle = prompt_with(example, input.prompt, example.supporting, pruned);
    return pruned;
  }

 private:
  /// Attributes the response as a whole.
  void attribute(AttributionInput& input, PrunedExample& pruned) const {
    const RunOptions& options = session_.options;
    join_targets(input.task);
    input.task.sources = pruned.sources.tokens;
    const MeasurementOptions measured{options.seed, options.ablate.keep_probability, options.ablate.mask_seeding,
                                      options.evaluate.esm_ablations.back(), outputs_};
    Measurements measurements(model_, input.task, input.prompt.context_tokens, measured);
    for (const auto& attributor : attributors_) {
      const Attribution attribution = attributor->attribute(measurements);
      pruned.choices.push_back(
          {attributor->key(), attributor->title(), attribution.scores_GS.select(0, 0).contiguous(), attribution.cost});
    }
    pruned.cost = measurements.spent();
  }

  /// The place of the prompt with these sources among the example's prompts.
  std::int64_t prompt_with(const Example& example, const Prompt& prompt, std::span<const std::int64_t> kept,
                           PrunedExample& pruned) const {
    const Example left = keep_sources(example, prompt, pruned.sources, kept);
    std::vector<std::int64_t> tokens = prompt_of(session_, inputs_, left).tokens;
    const auto found = std::find(pruned.prompts.begin(), pruned.prompts.end(), tokens);
    const std::int64_t place = found - pruned.prompts.begin();
    if (found == pruned.prompts.end()) pruned.prompts.push_back(std::move(tokens));
    return place;
  }

  const Session& session_;
  const Inputs& inputs_;
  const LanguageModel& model_;
  std::span<const std::unique_ptr<Attributor>> attributors_;
  std::shared_ptr<const HeadOutputs> outputs_;
};

PrunedExample prune_one(const Session& session, const Pruner& pruner, const StoredResponse& stored) {
  if (!stored.skipped.empty()) return {.index = stored.example, .skipped = stored.skipped};
  try {
    return pruner.choose(stored);
  } catch (const RecordError& error) {
    session.log.warn(error.what());
    return {.index = stored.example, .skipped = error.reason()};
  }
}

/// Responses to all prompts but those of whole contexts, which are there. \return how many were generated
std::int64_t answer_all(const Session& session, const Inputs& inputs, const LanguageModel& model,
                        std::vector<PrunedExample>& examples) {
  std::vector<std::vector<std::int64_t>> prompts;
  for (const PrunedExample& example : examples) {
    if (example.skipped.empty()) prompts.insert(prompts.end(), example.prompts.begin() + 1, example.prompts.end());
  }
  GenerationLimits limits;
  limits.max_new_tokens = session.options.generate.max_new_tokens;
  limits.batch_size = session.options.generate.batch_size;
  const std::vector<Generation> generations = generate_greedy(model, prompts, limits);
  auto next = generations.begin();
  for (PrunedExample& example : examples) {
    for (std::size_t i = 1; i < example.prompts.size(); ++i, ++next) {
      example.responses.push_back(inputs.text.tokenizer.decode(next->tokens, SkipSpecial::no));
    }
  }
  return std::ssize(generations);
}

void write_pruned(ShardWriter& writer, const Session& session, const Inputs& inputs, const PrunedExample& pruned) {
  const Example& example = inputs.evaluation.examples[static_cast<std::size_t>(pruned.index)];
  const std::string group = example_group(pruned.index);
  writer.write_attribute(group, "id", example.id);
  writer.write_attribute(group, "skipped", pruned.skipped);
  if (!pruned.skipped.empty()) return;
  writer.write_text(group + "/right_answer", *example.answer);
  writer.write(group + "/sources", ranges_tensor(pruned.sources.tokens));
  writer.write(group + "/source_chars", ranges_tensor(pruned.sources.chars));
  writer.write_texts(group + "/responses", pruned.responses);
  std::vector<std::int64_t> lengths;
  for (const auto& prompt : pruned.prompts) lengths.push_back(std::ssize(prompt));
  writer.write(group + "/prompt_tokens", at::tensor(lengths, at::kLong));
  writer.write(group + "/kept_K", at::tensor(session.options.prune.kept, at::kLong));
  writer.write_attribute(group, "oracle", pruned.oracle);
  std::vector<std::string> keys;
  for (const Choice& choice : pruned.choices) {
    const std::string place = group + "/methods/" + choice.key;
    keys.push_back(choice.key);
    writer.write(place + "/scores_S", choice.scores_S);
    writer.write(place + "/response_K", at::tensor(choice.response_K, at::kLong));
    writer.write(
        place + "/cost",
        at::tensor({choice.cost.forward_passes, choice.cost.backward_passes, choice.cost.seconds}, at::kDouble));
    writer.write_attribute(place, "title", choice.title);
  }
  writer.write_texts(group + "/methods_in_order", keys);
}

EvaluateOptions pruning_methods(const Session& session) {
  EvaluateOptions methods = session.options.evaluate;
  methods.methods = session.options.prune.methods;
  return methods;
}

/// \throws UserError with `what` if no evaluation example is as it must be
template <typename Condition>
void require_some(const Inputs& inputs, const Condition& is_usable, const std::string& what, const std::string& why,
                  const std::string& what_to_do) {
  const auto& examples = inputs.evaluation.examples;
  if (std::none_of(examples.begin(), examples.end(), is_usable)) {
    throw UserError("no example of " + inputs.evaluation.options.path + " " + what, why, what_to_do);
  }
}

void show(const Session& session, std::ostream& out) {
  const auto view = read_prune(session.folder.root(), session.options);
  if (!view) return;
  prepare_folder(session.folder.root() / "tables");
  replace_file(session.folder.root() / "tables" / "prune.csv", csv_table(prune_records(*view)));
  out << prune_summary(*view) << std::endl;
}

}  // namespace

void check_prune(const Session& session, const Inputs& inputs) {
  const PruneOptions& prune = session.options.prune;
  if (prune.kept.empty()) return;
  agreed(session.communicator(), [&] {
    if (session.options.task == Task::thought) {
      throw UserError("prune.kept is given for task thought", "only parts of a context can be taken out of a prompt",
                      "use task: context, or prune.kept: []");
    }
    require_some(
        inputs, [](const Example& example) { return example.answer.has_value(); }, "has an answer",
        "prune.kept asks for answers to be compared with right ones", "use a data set with answers, or prune.kept: []");
    const bool marked = prune.unmarked == UnmarkedAnswer::empty;
    require_some(
        inputs, [&](const Example& example) { return !marked || final_answer(example.content).has_value(); },
        "asks for a \"Final answer:\"", "the answer is what the model writes after these words",
        "ask for it in data.evaluation.prompt_template, as configs/paper/base_final_answer.yaml does, or set "
        "prune.unmarked: response");
    const bool passages = prune.sources == SourceKind::passage;
    require_some(
        inputs, [&](const Example& example) { return !passages || example.passages.size() > 1; },
        "has more than one passage", "prune.sources is passage",
        "use another kind of prune.sources, or a data set with passages");
  });
}

StageEffort prune_stage(const Session& session, const Inputs& inputs, LazyModel& model, std::ostream& out) {
  const Timer timer;
  StageEffort effort;
  const Chunking chunking = chunking_of(session, inputs.evaluation);
  const ChunkStage stage = prune_of(session, inputs, chunking);
  const Estimators estimators = agreed(session.communicator(), [&] {
    if (session.options.prune.kept.empty()) {
      throw UserError("prune.kept is []", "it says how many sources to keep", "set it, for instance to [1, 2, 3, 5]");
    }
    return estimators_for(session, inputs, pruning_methods(session));
  });
  const auto attributors = make_attributors(pruning_methods(session), estimators);
  const std::vector<StoredResponse> responses = read_responses(session, inputs, Split::evaluation);
  if (count_missing(session, stage) > 0) {
    const Pruner pruner(session, inputs, model.get(), attributors,
                        outputs_for(model.get(), head_reading(session.options.prune.methods, estimators)));
    effort.end = run_chunks(session, stage, [&](std::int64_t chunk, ShardWriter& writer) {
      const ExampleRange range = chunking.examples_of(chunk);
      std::vector<PrunedExample> examples;
      for (std::int64_t e = range.begin; e < range.end; ++e) {
        examples.push_back(prune_one(session, pruner, responses[static_cast<std::size_t>(e)]));
        effort.forward_passes += examples.back().cost.forward_passes;
        effort.backward_passes += examples.back().cost.backward_passes;
      }
      effort.forward_passes += static_cast<double>(answer_all(session, inputs, model.get(), examples));
      session.journal->passes(effort.forward_passes, effort.backward_passes);
      for (const PrunedExample& example : examples) write_pruned(writer, session, inputs, example);
    });
  }
  effort.seconds = timer.seconds();
  agreed(session.communicator(), [&] {
    if (session.communicator().rank() == 0 && effort.end == StageEnd::complete) show(session, out);
  });
  return total_effort(session, effort);
}

}  // namespace at2
