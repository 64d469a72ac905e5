#include "ablation/attention_features.h"
#include "ablation/keep_masks.h"
#include "ablation/score.h"
#include "app/responses.h"
#include "app/stages.h"
#include "base/errors.h"
#include "base/timer.h"

namespace at2 {
namespace {

/// Measures one example and writes it; returns the forward passes it took.
double ablate_example(const Session& session, const Inputs& inputs, const LanguageModel& model, const Example& example,
                      const HeadOutputs& outputs, const StoredResponse& stored, ShardWriter& writer) {
  const AblateOptions& options = session.options.ablate;
  const std::string group = example_group(stored.example);
  writer.write_attribute(group, "id", example.id);
  writer.write_attribute(group, "skipped", stored.skipped);
  if (!stored.skipped.empty()) return 0;

  AttributionInput input = make_input(session, inputs, example, stored);
  input.task.sources = sources_of(input, example, options.sources, inputs.splitter).tokens;
  const MaskOptions masks{options.num_ablations, options.keep_probability, options.mask_seeding,
                          session.options.seed,  MaskPurpose::training,    options.mask_design};
  const at::Tensor keep_MS = random_keep_masks(example.id, std::ssize(input.task.sources), masks);
  const AblationOutcomes outcomes = score_ablations(model, input.task, keep_MS);
  const TokenAttention attention = attention_to_tokens(model, input.task, input.span, &outputs);
  at::Tensor features_GMF = ablation_features(attention_to_sources(attention, input.task.sources), keep_MS);
  if (options.feature_dtype == FeatureDtype::float16) features_GMF = features_GMF.to(at::kHalf);

  writer.write(group + "/sources", ranges_tensor(input.task.sources));
  writer.write(group + "/targets", ranges_tensor(input.task.targets));
  writer.write(group + "/keep_MS", keep_MS);
  writer.write(group + "/log_probs_GM", outcomes.log_probs_GM);
  writer.write(group + "/logit_probs_GM", outcomes.logit_probs_GM.to(at::kFloat), Layout::rows);
  writer.write(group + "/features_GMF", features_GMF, Layout::rows);
  writer.write_attribute(group, "halved_packs", outcomes.halved_packs);
  return static_cast<double>(outcomes.sequences_M.back()) + 1;
}

}  // namespace

StageEffort ablate_stage(const Session& session, const Inputs& inputs, LazyModel& model) {
  const Timer timer;
  StageEffort effort;
  const Chunking chunking = chunking_of(session, inputs.train);
  const ChunkStage stage = ablations_of(session, inputs, chunking);
  const std::vector<StoredResponse> responses = read_responses(session, inputs, Split::train);
  if (count_missing(session, stage) > 0) {
    const LanguageModel& weights = model.get();
    const HeadOutputs outputs(weights, session.options.ablate.features);
    effort.end = run_chunks(session, stage, [&](std::int64_t chunk, ShardWriter& writer) {
      const ExampleRange range = chunking.examples_of(chunk);
      for (std::int64_t e = range.begin; e < range.end; ++e) {
        const auto index = static_cast<std::size_t>(e);
        effort.forward_passes +=
            ablate_example(session, inputs, weights, inputs.train.examples[index], outputs, responses[index], writer);
      }
      session.journal->passes(effort.forward_passes, effort.backward_passes);
    });
  }
  effort.seconds = timer.seconds();
  return total_effort(session, effort);
}

}  // namespace at2
