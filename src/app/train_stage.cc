#include <chrono>
#include <cstdint>
#include <memory>
#include <thread>

#include "app/damaged_files.h"
#include "app/responses.h"
#include "app/stages.h"
#include "app/train_cache.h"
#include "app/training_communicator.h"
#include "base/errors.h"
#include "base/timer.h"
#include "comm/agree.h"
#include "config/enum_text.h"
#include "config/provenance.h"
#include "report/format.h"
#include "store/claim.h"
#include "store/hdf5_writer.h"
#include "train/shard_features.h"
#include "train/trainer.h"
#include "train/training_view.h"

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
  const ShardReading reading{.cache_bytes = train_cache_bytes(session)};
  return std::make_unique<ShardFeatures>(shard_paths(stage.folder, chunking.num_chunks()), reading, ranks);
}

/// Whether estimator.h5 is that of this run. \throws UserError if it is another's
bool is_trained(const Session& session, const Inputs& inputs) {
  const auto path = session.folder.estimator();
  if (!std::filesystem::exists(path) || !std::filesystem::exists(session.folder.training())) return false;
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
  const std::int64_t used = session.options.train.max_ablations;
  origin.num_ablations = used != 0 ? used : session.options.ablate.num_ablations;
  origin.num_examples = result.num_examples;
  origin.num_targets = result.num_targets;
  origin.steps = session.options.train.steps;
  origin.prior_strength = result.prior_strength;
  origin.prior_candidates = session.options.train.prior_candidates;
  origin.fingerprint = estimator_fingerprint(session, inputs);
  origin.version = program_version();
  return origin;
}

/// Losses and what each was found with, as two datasets; nothing if there are none.
template <typename Number>
void write_losses(Hdf5Writer& writer, const std::string& name, const std::string& loss_name,
                  const std::vector<std::pair<Number, double>>& found) {
  if (found.empty()) return;
  std::vector<Number> numbers;
  std::vector<double> losses;
  for (const auto& [number, loss] : found) {
    numbers.push_back(number);
    losses.push_back(loss);
  }
  writer.write(name, at::tensor(numbers));
  writer.write(loss_name, at::tensor(losses, at::kDouble));
}

/// Says which strength of the prior was taken.
void say_prior(const Session& session, const TrainResult& result) {
  if (result.prior_trials.empty()) return;
  std::string losses;
  for (const auto& [strength, loss] : result.prior_trials) {
    losses += (losses.empty() ? "" : ", ") + compact(loss) + " with " + compact(strength);
  }
  session.log.say("train: the prior has strength " + compact(result.prior_strength) +
                  " (loss on examples that were left out: " + losses + ")");
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
  write_losses(writer, "validation_steps", "validation_loss", result.validation);
  write_losses(writer, "prior_candidates", "prior_loss", result.prior_trials);
  writer.commit();
}

/// Whose turn it is to train, of several processes on one folder.
enum class Turn : std::int64_t { nobody, ours, others };

/// Looks for the estimator, then for a claim to make it; if another process has that, waits for a second at most.
/// \param claim  gets the claim, on rank 0 \collective
Turn take_turn(const Session& session, const Inputs& inputs, ClaimWatch& watch, std::unique_ptr<Claim>& claim) {
  auto turn = static_cast<std::int64_t>(Turn::others);
  agreed(session.communicator(), [&] {
    if (session.communicator().rank() != 0) return;
    const auto path = claim_path(session.folder.estimator());
    const Timer timer;
    do {
      if (is_trained(session, inputs)) {
        turn = static_cast<std::int64_t>(Turn::nobody);
        // Of a process that died when the estimator was there.
        static_cast<void>(watch.look(path));
        return;
      }
      if (watch.look(path) != ClaimState::held) {
        claim = Claim::take(path, claim_lifetime(session));
      }
      if (claim) {
        // The holder before may have finished between our look and our claim.
        turn = static_cast<std::int64_t>(is_trained(session, inputs) ? Turn::nobody : Turn::ours);
        return;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    } while (timer.seconds() < 1);
  });
  session.communicator().broadcast(buffer_of(std::span(&turn, 1)), 0);
  return static_cast<Turn>(turn);
}

/// Thrown by all ranks at the same step.
struct TrainingStopped {
  int signal = 0;
  std::int64_t steps = 0;
};

std::int64_t steps_of(const Session& session, const Inputs& inputs) {
  const ModelConfig& config = inputs.text.config;
  return num_steps_in_all(session.options.train, config.num_layers * config.num_heads);
}

void train_and_store(const Session& session, const Inputs& inputs) {
  Communicator& ranks = session.communicator();
  const TrainOptions& options = session.options.train;
  session.journal->begin("train");
  const auto features = open_features(session, inputs);
  const std::unique_ptr<Communicator> gpus = connect_gpus(session, inputs);
  const ModelConfig& config = inputs.text.config;
  const std::int64_t steps = steps_of(session, inputs);
  Progress progress(session.log, "train", "steps", steps);
  std::int64_t done = 0;
  const auto after_step = [&](const StepReport&) {
    progress.update(++done);
    if (done == steps) return;
    if (const int signal = stop_signal(session); signal != 0) throw TrainingStopped{signal, done};
  };
  const TrainingView view(*features, session.options.ablate.features,
                          {options.features, options.max_examples, options.max_ablations});
  const std::vector<Feature>& kinds = options.features.empty() ? session.options.ablate.features : options.features;
  const TrainResult result = train(view, {config.num_layers, config.num_heads, kinds}, options, session.options.seed,
                                   gpus ? *gpus : ranks, after_step);
  progress.finish();
  say_prior(session, result);
  session.journal->end();
  agreed(ranks, [&] {
    if (ranks.rank() != 0) return;
    write_history(session, result);
    save_estimator(session.folder.estimator(), result.estimator, make_origin(session, inputs, result));
  });
}

}  // namespace

StageEffort train_stage(const Session& session, const Inputs& inputs) {
  const Timer timer;
  agreed(session.communicator(), [&] {
    if (session.communicator().rank() != 0) return;
    set_damaged_file_aside(session.log, session.folder.estimator());
    set_damaged_file_aside(session.log, session.folder.training());
  });
  ClaimWatch watch(claim_lifetime(session));
  std::unique_ptr<Claim> claim;
  Turn turn = take_turn(session, inputs, watch, claim);
  if (turn == Turn::nobody) session.log.say("train: the estimator is there already");
  if (turn == Turn::others) session.log.say("train: another process trains, this one waits");
  while (turn == Turn::others) {
    if (const int signal = stop_signal(session); signal != 0) {
      say_stopped(session, signal, "before train, while another process trains");
      return {timer.seconds(), 0, 0, StageEnd::stopped};
    }
    turn = take_turn(session, inputs, watch, claim);
  }
  try {
    if (turn == Turn::ours) train_and_store(session, inputs);
  } catch (const TrainingStopped& stopped) {
    session.journal->end();
    say_stopped(session, stopped.signal,
                "after " + std::to_string(stopped.steps) + " of " + std::to_string(steps_of(session, inputs)) +
                    " steps of train, which will start over");
    return {timer.seconds(), 0, 0, StageEnd::stopped};
  }
  agreed(session.communicator(), [&] { wait_for_file(session, session.folder.estimator()); });
  return {timer.seconds(), 0, 0};
}

}  // namespace at2
