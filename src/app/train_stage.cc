#include "app/responses.h"
#include "app/stages.h"
#include "app/train_cache.h"
#include "base/errors.h"
#include "base/timer.h"
#include "comm/agree.h"
#include "config/enum_text.h"
#include "config/provenance.h"
#include "store/hdf5_writer.h"
#include "train/shard_features.h"
#include "train/trainer.h"

namespace at2 {
namespace {

/// The features of all examples that were measured, which stay in the shards. \collective
std::unique_ptr<ShardFeatures> open_features(const Session& session, const Inputs& inputs) {
  const Chunking chunking = chunking_of(session, inputs.train);
  const ChunkStage stage = ablations_of(session, inputs, chunking);
  Communicator& ranks = session.communicator();
  // One rank looks at all files; the others take their names from the number of chunks.
  agreed(ranks, [&] {
    if (ranks.rank() == 0) static_cast<void>(finished_shards(stage, "at2 ablate"));
  });
  std::vector<std::filesystem::path> shards;
  for (std::int64_t c = 0; c < chunking.num_chunks(); ++c) shards.push_back(shard_path(stage.folder, c));
  const ShardReading reading{.cache_bytes = train_cache_bytes(session)};
  return std::make_unique<ShardFeatures>(std::move(shards), reading, ranks);
}

/// Whether estimator.h5 is that of this run. \throws UserError if it is another's
bool is_trained(const Session& session, const Inputs& inputs) {
  const auto path = session.folder.estimator();
  if (!std::filesystem::exists(path)) return false;
  const StoredEstimator stored = load_estimator(path, inputs.model_fingerprint);
  const std::string wanted = estimator_fingerprint(session, inputs);
  if (stored.origin.fingerprint != wanted) {
    throw UserError(path.string() + " is of another run",
                    "its fingerprint is " + stored.origin.fingerprint + ", this run's is " + wanted,
                    "use another folder (--out) or delete the file");
  }
  return true;
}

EstimatorOrigin make_origin(const Session& session, const Inputs& inputs, const TrainResult& result) {
  EstimatorOrigin origin;
  origin.model_fingerprint = inputs.model_fingerprint;
  origin.model_name = model_name(inputs.model_path);
  origin.dataset = std::filesystem::path(inputs.train.options.path).filename().string();
  origin.sources = to_text(session.options.ablate.sources);
  origin.num_ablations = session.options.ablate.num_ablations;
  origin.num_examples = result.num_examples;
  origin.num_targets = result.num_targets;
  origin.steps = session.options.train.steps;
  origin.fingerprint = estimator_fingerprint(session, inputs);
  origin.version = program_version();
  return origin;
}

void write_history(const Session& session, const TrainResult& result) {
  std::vector<double> loss;
  std::vector<double> norm;
  for (const StepReport& step : result.history) {
    loss.push_back(step.loss);
    norm.push_back(step.gradient_norm);
  }
  Hdf5Writer writer(session.folder.training());
  writer.write("loss", at::tensor(loss, at::kDouble));
  writer.write("gradient_norm", at::tensor(norm, at::kDouble));
  writer.commit();
}

}  // namespace

StageEffort train_stage(const Session& session, const Inputs& inputs) {
  const Timer timer;
  Communicator& ranks = session.communicator();
  if (agreed(ranks, [&] { return is_trained(session, inputs); })) {
    session.log.say("train: the estimator is there already");
    return {timer.seconds(), 0, 0};
  }
  const auto features = open_features(session, inputs);
  const ModelConfig& config = inputs.text.config;
  Progress progress(session.log, "train", "steps", session.options.train.steps);
  const TrainResult result =
      train(*features, config.num_layers, config.num_heads, session.options.train, session.options.seed, ranks,
            [&](const StepReport& step) { progress.update(step.step + 1); });
  progress.finish();
  agreed(ranks, [&] {
    if (ranks.rank() != 0) return;
    write_history(session, result);
    save_estimator(session.folder.estimator(), result.estimator, make_origin(session, inputs, result));
  });
  return {timer.seconds(), 0, 0};
}

}  // namespace at2
