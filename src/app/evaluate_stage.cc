#include "app/responses.h"
#include "app/stages.h"
#include "app/trained_estimator.h"
#include "attribute/attributor.h"
#include "attribute/head_reading.h"
#include "attribute/telling_heads.h"
#include "base/timer.h"
#include "comm/agree.h"
#include "config/enum_text.h"
#include "evaluate/evaluate_example.h"

namespace at2 {
namespace {

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
                      const ExampleEvaluation& evaluation, const std::vector<std::int64_t>& top_k) {
  writer.write(group + "/sources", ranges_tensor(sources.tokens));
  writer.write(group + "/source_chars", ranges_tensor(sources.chars));
  writer.write(group + "/lds_keep_MS", evaluation.lds_ablations.keep_MS);
  writer.write(group + "/lds_log_probs_GM", evaluation.lds_ablations.outcomes.log_probs_GM);
  writer.write(group + "/lds_logit_probs_GM", evaluation.lds_ablations.outcomes.logit_probs_GM);
  writer.write(group + "/full_log_probs_G", evaluation.full_log_probs_G);
  writer.write_attribute(group, "masks_shared_with_surrogate", evaluation.masks_shared_with_surrogate);
  writer.write_attribute(group, "halved_packs", evaluation.cost.halved_packs);
  writer.write(group + "/top_k", at::tensor(top_k, at::kLong));
  std::vector<std::string> keys;
  for (const MethodEvaluation& method : evaluation.methods) keys.push_back(method.key);
  writer.write_texts(group + "/method_keys", keys);
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

/// Heads that theta makes the most of that are stored one by one, and as many that it makes the least of.
constexpr std::int64_t kOfEachKind = 2;

/// Attention of single heads, those that theta makes the most and the least of.
void write_heads(ShardWriter& writer, const std::string& group, Measurements& measurements,
                 const ScoreEstimator& estimator) {
  const at::Tensor features = at::tensor(telling_heads(estimator, kOfEachKind), at::kLong);
  Cost measured_already;
  const at::Tensor attention_GSF = measurements.features_GSF(estimator.features(), measured_already);
  const at::Tensor layers = features.div(estimator.num_heads(), "floor").remainder(estimator.num_layers());
  writer.write(group + "/heads", at::stack({layers, features.remainder(estimator.num_heads())}, 1));
  writer.write(group + "/head_coefficients", estimator.weight().index_select(0, features));
  writer.write(group + "/head_attention_GSn", attention_GSF.to(at::kCPU).index_select(2, features).to(at::kFloat));
}

/// Features that the shards keep.
std::vector<Feature> stored_features(const RunOptions& options) {
  return options.evaluate.store_features ? options.ablate.features : std::vector<Feature>{};
}

/// What the methods read, and what write_heads() and write_features() do: theta may leave those heads out that it makes
/// the least of.
HeadReading reading_of(const RunOptions& options, const Estimators& estimators) {
  HeadReading reading = head_reading(options.evaluate.methods, estimators);
  if (options.evaluate.store_features) return with_all_heads(std::move(reading), stored_features(options));
  if (!estimators.first()) return reading;
  const ScoreEstimator& estimator = *estimators.first();
  std::vector<std::int64_t> heads = telling_heads(estimator, kOfEachKind);
  for (std::int64_t& head : heads) head %= estimator.num_layers() * estimator.num_heads();
  reading.heads = reading.heads.united_with({heads, estimator.num_layers(), estimator.num_heads()});
  return reading;
}

void write_features(ShardWriter& writer, const std::string& group, Measurements& measurements,
                    std::span<const Feature> features) {
  if (features.empty()) return;
  Cost measured_already;
  const at::Tensor features_GSF = measurements.features_GSF(features, measured_already);
  writer.write(group + "/features_GSF", features_GSF.to(at::kCPU, at::kFloat).contiguous());
  std::vector<std::string> kinds;
  for (const Feature feature : features) kinds.emplace_back(to_text(feature));
  writer.write_texts(group + "/feature_kinds", kinds);
}

MeasurementOptions measurement_options(const RunOptions& options, std::shared_ptr<const HeadOutputs> outputs) {
  MeasurementOptions measured;
  measured.seed = options.seed;
  measured.keep_probability = options.ablate.keep_probability;
  measured.seeding = options.ablate.mask_seeding;
  measured.num_surrogate_ablations = evaluation_options(options).num_surrogate_ablations;
  measured.outputs = std::move(outputs);
  return measured;
}

void write_texts(ShardWriter& writer, const std::string& group, const AttributionInput& input,
                 const std::string& sources_text) {
  writer.write_text(group + "/response", input.targets.text);
  writer.write_text(group + "/sources_text", sources_text);
  writer.write(group + "/target_chars", ranges_tensor(input.targets.chars));
  writer.write(group + "/targets", ranges_tensor(input.task.targets));
}

Cost evaluate_one(const Session& session, const Inputs& inputs, const LanguageModel& model,
                  const MeasurementOptions& measured, const Estimators& estimators,
                  std::span<const std::unique_ptr<Attributor>> attributors, const Example& example,
                  const StoredResponse& stored, ShardWriter& writer) {
  const std::string group = example_group(stored.example);
  writer.write_attribute(group, "id", example.id);
  writer.write_attribute(group, "skipped", stored.skipped);
  if (!stored.skipped.empty()) return {};

  const AttributionInput input = make_input(session, inputs, example, stored);
  const ExampleEvaluationOptions options = evaluation_options(session.options);
  const Measurements shared(model, input.task, input.span, measured);
  std::vector<Sources> kinds;
  for (const SourceKind kind : session.options.evaluate.sources) {
    kinds.push_back(sources_of(input, example, kind, inputs.splitter));
  }
  write_texts(writer, group, input, kinds.front().text);
  Cost cost;
  for (const Sources& sources : kinds) {
    Measurements measurements = shared.with_sources(sources.tokens);
    const ExampleEvaluation evaluation = evaluate_example(measurements, attributors, options);
    const std::string place = group + "/" + std::string(to_text(sources.kind));
    write_evaluation(writer, place, sources, evaluation, options.top_k);
    write_features(writer, place, measurements, stored_features(session.options));
    if (estimators.first()) write_heads(writer, place, measurements, *estimators.first());
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
  Estimators estimators =
      agreed(session.communicator(), [&] { return estimators_for(session, inputs, session.options.evaluate); });
  estimators.others = inputs.others;
  const std::vector<StoredResponse> responses = read_responses(session, inputs, Split::evaluation);
  if (count_missing(session, stage) > 0) {
    const LanguageModel& weights = model.get();
    const auto attributors = make_attributors(session.options.evaluate, estimators);
    const MeasurementOptions measured =
        measurement_options(session.options, outputs_for(weights, reading_of(session.options, estimators)));
    effort.end = run_chunks(session, stage, [&](std::int64_t chunk, ShardWriter& writer) {
      const ExampleRange range = chunking.examples_of(chunk);
      for (std::int64_t e = range.begin; e < range.end; ++e) {
        const auto index = static_cast<std::size_t>(e);
        const Cost cost = evaluate_one(session, inputs, weights, measured, estimators, attributors,
                                       inputs.evaluation.examples[index], responses[index], writer);
        effort.forward_passes += cost.forward_passes;
        effort.backward_passes += cost.backward_passes;
      }
      session.journal->passes(effort.forward_passes, effort.backward_passes);
    });
  }
  effort.seconds = timer.seconds();
  return total_effort(session, effort);
}

}  // namespace at2
