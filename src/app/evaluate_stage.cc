#include "app/responses.h"
#include "app/stages.h"
#include "app/trained_estimator.h"
#include "attribute/attributor.h"
#include "base/timer.h"
#include "comm/agree.h"
#include "config/enum_text.h"
#include "evaluate/evaluate_example.h"

#include <algorithm>

namespace at2 {
namespace {

bool uses(const EvaluateOptions& options, Method method) {
  return std::find(options.methods.begin(), options.methods.end(), method) != options.methods.end();
}

std::optional<ScoreEstimator> estimator_of(const Session& session, const Inputs& inputs) {
  if (!uses(session.options.evaluate, Method::at2)) return std::nullopt;
  return trained_estimator(session, inputs);
}

ExampleEvaluationOptions evaluation_options(const RunOptions& options) {
  ExampleEvaluationOptions evaluation;
  evaluation.lds_ablations = options.evaluate.lds_ablations;
  evaluation.top_k = options.evaluate.top_k;
  evaluation.keep_probability = options.ablate.keep_probability;
  evaluation.seed = options.seed;
  if (uses(options.evaluate, Method::esm)) evaluation.num_surrogate_ablations = options.evaluate.esm_ablations.back();
  return evaluation;
}

void write_evaluation(ShardWriter& writer, const std::string& group, const Sources& sources,
                      const ExampleEvaluation& evaluation) {
  writer.write(group + "/sources", ranges_tensor(sources.tokens));
  writer.write(group + "/source_chars", ranges_tensor(sources.chars));
  writer.write(group + "/lds_keep_MS", evaluation.lds_ablations.keep_MS);
  writer.write(group + "/lds_log_probs_GM", evaluation.lds_ablations.outcomes.log_probs_GM);
  writer.write(group + "/lds_logit_probs_GM", evaluation.lds_ablations.outcomes.logit_probs_GM);
  writer.write(group + "/full_log_probs_G", evaluation.full_log_probs_G);
  writer.write_attribute(group, "masks_shared_with_surrogate", evaluation.masks_shared_with_surrogate);
  writer.write_attribute(group, "halved_packs", evaluation.cost.halved_packs);
  for (const MethodEvaluation& method : evaluation.methods) {
    const std::string place = group + "/methods/" + method.key;
    writer.write(place + "/scores_GS", method.scores_GS);
    writer.write(place + "/drops_GK", method.drops_GK);
    writer.write(
        place + "/cost",
        at::tensor({method.cost.forward_passes, method.cost.backward_passes, method.cost.seconds}, at::kDouble));
    writer.write_attribute(place, "title", method.title);
  }
}

Cost evaluate_one(const Session& session, const Inputs& inputs, const LanguageModel& model,
                  std::span<const std::unique_ptr<Attributor>> attributors, const Example& example,
                  const StoredResponse& stored, ShardWriter& writer) {
  const std::string group = example_group(stored.example);
  writer.write_attribute(group, "id", example.id);
  writer.write_attribute(group, "skipped", stored.skipped);
  if (!stored.skipped.empty()) return {};

  const AttributionInput input = make_input(session, inputs, example, stored);
  const ExampleEvaluationOptions options = evaluation_options(session.options);
  MeasurementOptions measured;
  measured.seed = session.options.seed;
  measured.keep_probability = session.options.ablate.keep_probability;
  measured.seeding = session.options.ablate.mask_seeding;
  measured.num_surrogate_ablations = options.num_surrogate_ablations;
  const Measurements shared(model, input.task, input.span, measured);
  writer.write_text(group + "/response", input.targets.text);
  writer.write(group + "/target_chars", ranges_tensor(input.targets.chars));
  writer.write(group + "/targets", ranges_tensor(input.task.targets));
  std::vector<Sources> kinds;
  for (const SourceKind kind : session.options.evaluate.sources) {
    kinds.push_back(sources_of(input, example, kind, inputs.splitter));
  }
  writer.write_text(group + "/sources_text", kinds.front().text);
  Cost cost;
  for (const Sources& sources : kinds) {
    Measurements measurements = shared.with_sources(sources.tokens);
    const ExampleEvaluation evaluation = evaluate_example(measurements, attributors, options);
    write_evaluation(writer, group + "/" + std::string(to_text(sources.kind)), sources, evaluation);
    cost += evaluation.cost;
  }
  return cost;
}

}  // namespace

StageEffort evaluate_stage(const Session& session, const Inputs& inputs, LazyModel& model) {
  const Timer timer;
  StageEffort effort;
  const Chunking chunking = chunking_of(session, inputs.evaluation);
  const ChunkStage stage = scores_of(session, inputs, chunking);
  const auto estimator = agreed(session.communicator(), [&] { return estimator_of(session, inputs); });
  const std::vector<StoredResponse> responses = read_responses(session, inputs, Split::evaluation);
  if (count_missing(session, stage) > 0) {
    const LanguageModel& weights = model.get();
    const auto attributors = make_attributors(session.options.evaluate, estimator);
    run_chunks(session, stage, [&](std::int64_t chunk, ShardWriter& writer) {
      const ExampleRange range = chunking.examples_of(chunk);
      for (std::int64_t e = range.begin; e < range.end; ++e) {
        const auto index = static_cast<std::size_t>(e);
        const Cost cost = evaluate_one(session, inputs, weights, attributors, inputs.evaluation.examples[index],
                                       responses[index], writer);
        effort.forward_passes += cost.forward_passes;
        effort.backward_passes += cost.backward_passes;
      }
    });
  }
  effort.seconds = timer.seconds();
  return total_effort(session, effort);
}

}  // namespace at2
