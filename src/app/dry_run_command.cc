#include "app/dry_run_command.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>
#include <ostream>
#include <span>

#include "app/dry_run_speed.h"
#include "app/dry_run_work.h"
#include "app/shared_store.h"
#include "app/stages.h"
#include "app/train_cache.h"
#include "base/errors.h"
#include "comm/agree.h"
#include "config/load.h"
#include "model/weight_cache.h"
#include "report/format.h"
#include "report/terminal.h"
#include "train/trainer.h"

namespace at2 {
namespace {

/// How long responses are, and how that is known.
struct ResponseLength {
  double tokens = 0;
  std::string why;
};

/// Chunks of a stage that are not there yet, and their examples.
struct Missing {
  std::int64_t chunks = 0;
  std::vector<std::int64_t> examples;
};

Missing missing_of(const Session& session, const Inputs& inputs, ChunkStage stage, const std::string& shared_kind) {
  if (!std::filesystem::exists(stage.folder)) {
    stage.folder = shared_place(session, inputs, shared_kind, stage.header.fingerprint).value_or(stage.folder);
  }
  Missing missing;
  for (const std::int64_t chunk : missing_chunks(stage.folder, stage.header, stage.mix)) {
    ++missing.chunks;
    const ExampleRange range = stage.chunking->examples_of(chunk);
    for (std::int64_t e = range.begin; e < range.end; ++e) missing.examples.push_back(e);
  }
  return missing;
}

/// Mean length of stored responses; nothing if there is none.
std::optional<double> stored_length(const Session& session, const Inputs& inputs) {
  constexpr std::int64_t kShards = 8;
  double tokens = 0;
  double responses = 0;
  for (const Split split : {Split::train, Split::evaluation}) {
    const Corpus& corpus = inputs.corpus(split);
    const std::filesystem::path folder = session.folder.responses(split);
    const FolderContents contents = contents_of(folder);
    const Chunking chunking = chunking_of(session, corpus);
    for (const std::int64_t place : spread_over(std::ssize(contents.finished), kShards)) {
      const std::int64_t chunk = contents.finished[static_cast<std::size_t>(place)];
      const ShardReader shard(shard_path(folder, chunk));
      const ExampleRange range = chunking.examples_of(chunk);
      for (std::int64_t e = range.begin; e < range.end; ++e) {
        const std::string group = example_group(e);
        if (!shard.text_attribute(group, "skipped").empty()) continue;
        tokens += static_cast<double>(shard.read(group + "/tokens").numel());
        responses += 1;
      }
    }
  }
  return responses > 0 ? std::optional(tokens / responses) : std::nullopt;
}

ResponseLength response_length(const Session& session, const std::optional<double>& stored,
                               const WatchedResponses& watched) {
  if (stored) return {*stored, "the mean of those that are there"};
  const auto most = static_cast<double>(session.options.generate.max_new_tokens);
  if (watched.ends > 0) {
    return {expected_length(watched.tokens, watched.ends, most), "from those that were begun in the measurement"};
  }
  return {most, "generate.max_new_tokens, since none ended in the measurement: it may be much less"};
}

/// Makes the plan of a stage that goes through chunks.
StagePlan plan_of(const std::string& title, const Corpus& corpus, const Missing& missing, double tokens,
                  const Work& mean) {
  return {title, std::ssize(corpus.examples), std::ssize(missing.examples), missing.chunks, tokens, mean};
}

/// Shares of the responses that are to be generated, of those that are missing.
std::int64_t count_to_generate(const Corpus& corpus, const Missing& missing) {
  return std::count_if(missing.examples.begin(), missing.examples.end(), [&](std::int64_t e) {
    return !corpus.examples[static_cast<std::size_t>(e)].response.has_value();
  });
}

/// Adds what is left of the stages in their order.
class Estimator {
 public:
  Estimator(const Session& session, const Inputs& inputs, const MeasuredSpeed& measured, double response_tokens)
      : session_(session), inputs_(inputs), measured_(measured) {
    for (const Split split : {Split::train, Split::evaluation}) {
      if (!inputs.corpus(split).examples.empty()) {
        work_[index_of(split)] = mean_work(session, inputs, split, response_tokens).mean;
      }
    }
  }

  [[nodiscard]] std::vector<StageEstimate> stages() {
    generate(Split::train);
    generate(Split::evaluation);
    const RunOptions& options = session_.options;
    if (learns(options)) {
      const Chunking chunking = chunking_of(session_, inputs_.train);
      const Missing missing = missing_of(session_, inputs_, ablations_of(session_, inputs_, chunking), "ablations");
      add(plan_of("ablate", inputs_.train, missing, work(Split::train).tokens, work(Split::train).ablate));
      train();
    }
    const Chunking chunking = chunking_of(session_, inputs_.evaluation);
    const ExampleWork& held_out = work(Split::evaluation);
    if (!options.evaluate.sources.empty()) {
      const Missing missing = missing_of(session_, inputs_, scores_of(session_, inputs_, chunking), "scores");
      add(plan_of("evaluate", inputs_.evaluation, missing, held_out.tokens, held_out.evaluate));
    }
    if (!options.prune.kept.empty()) {
      const Missing missing = missing_of(session_, inputs_, prune_of(session_, inputs_, chunking), "prune");
      add(plan_of("prune", inputs_.evaluation, missing, held_out.tokens, held_out.prune));
    }
    return std::move(stages_);
  }

  /// Examples that theta is trained on.
  [[nodiscard]] static std::int64_t trained_on(const Session& session, const Inputs& inputs) {
    const std::int64_t most = session.options.train.max_examples;
    return most != 0 ? most : std::ssize(inputs.train.examples);
  }
  /// Targets of a training batch.
  [[nodiscard]] static std::int64_t batch_of(const Session& session, const Inputs& inputs) {
    return std::max<std::int64_t>(1, std::min(session.options.train.batch_size, trained_on(session, inputs)));
  }

 private:
  static std::size_t index_of(Split split) { return split == Split::train ? 0 : 1; }
  [[nodiscard]] const ExampleWork& work(Split split) const { return work_[index_of(split)]; }

  void add(const StagePlan& plan) {
    stages_.push_back(estimate(plan, measured_.speed, session_.communicator().size()));
  }

  void generate(Split split) {
    const Corpus& corpus = inputs_.corpus(split);
    if (corpus.examples.empty()) return;
    const Chunking chunking = chunking_of(session_, corpus);
    const Missing missing =
        missing_of(session_, inputs_, responses_of(session_, inputs_, split, chunking), "responses");
    const std::string title = std::string("generate, ") + (split == Split::train ? "training" : "evaluation") + " set";
    StagePlan plan = plan_of(title, corpus, missing, work(split).tokens, work(split).generate);
    // mean_work() looked at some examples only, and which of them have a response is known of all.
    if (count_to_generate(corpus, missing) == 0) plan.mean.prompt_rows = plan.mean.written_tokens = 0;
    add(plan);
  }

  void train() {
    StageEstimate stage{.title = "train"};
    const bool is_there = std::filesystem::exists(session_.folder.estimator());
    if (!is_there) {
      // What is read of a shard is kept whole, whatever of it is trained on.
      const double features = work(Split::train).targets * static_cast<double>(trained_on(session_, inputs_)) *
                              static_cast<double>(session_.options.ablate.num_ablations) *
                              static_cast<double>(num_measured(session_.options, inputs_.text.config)) * 4;
      const ModelConfig& config = inputs_.text.config;
      const std::int64_t steps = num_steps_in_all(session_.options.train, config.num_layers * config.num_heads);
      stage.seconds = static_cast<double>(steps) * measured_.speed.train_step;
      stage.peak_bytes = std::min(features, static_cast<double>(train_cache_bytes(session_)));
      // theta and the history of the loss.
      stage.bytes = 6000 + 4.0 * static_cast<double>(num_weighed(session_.options, inputs_.text.config)) +
                    16.0 * static_cast<double>(session_.options.train.steps);
    }
    stages_.push_back(stage);
  }

  const Session& session_;
  const Inputs& inputs_;
  const MeasuredSpeed& measured_;
  ExampleWork work_[2];
  std::vector<StageEstimate> stages_;
};

std::string speed_text(const MeasuredSpeed& measured, int ranks) {
  const Speed& speed = measured.speed;
  const auto rate = [](double seconds) { return compact(seconds > 0 ? 1 / seconds : 0); };
  std::string text = "Measured with this model, each of " + std::to_string(ranks) + " rank(s) with " +
                     std::to_string(at::get_num_threads()) + " thread(s): " + rate(speed.prompt_row) +
                     " tokens/s of prompts, " + rate(speed.written_token) + " tokens/s written (" +
                     std::to_string(measured.batch) + " responses together), " + rate(speed.scored_row) +
                     " tokens/s of ablated sequences";
  if (speed.train_step > 0) text += ", " + duration_text(speed.train_step) + " for a training step";
  return text + ".";
}

/// Lines of at most so many columns.
std::string paragraph(const std::string& text) {
  const StyledText styled{text};
  return wrap(std::span(&styled, 1), {.width = 110});
}

void print(const Session& session, const Inputs& inputs, const MeasuredSpeed& measured, const ResponseLength& length,
           const std::vector<StageEstimate>& stages, std::ostream& out) {
  const int ranks = session.communicator().size();
  const std::int64_t weights = weight_bytes(inputs.text.config, inputs.place.dtype);
  out << "\n"
      << estimate_table(stages) << "\n"
      << paragraph(speed_text(measured, ranks))
      << paragraph("Responses: " + compact(std::round(length.tokens)) + " tokens assumed, " + length.why + ".")
      << paragraph("Memory is that of each rank, at most, besides " + bytes_text(weights) +
                   (inputs.place.device.is_cpu()
                        ? " of weights, which the ranks of a machine share where they are mapped"
                        : " of weights on each GPU") +
                   ", and about 300 MB for the program.")
      << paragraph("Not counted: loading the model, reading data, the report. Nothing was written.") << std::flush;
}

Session dry_session(const CommandLine& line, Environment& environment, const StopRequest& stop) {
  Communicator& ranks = environment.communicator();
  RunOptions options = agreed(ranks, [&] { return load_options(line.config_file, line.overrides); });
  RunFolder folder = run_folder(options, line.out);
  agreed(ranks, [&] {
    if (ranks.rank() != 0 || !std::filesystem::exists(folder.config())) return;
    check_run_folder(folder, load_options(folder.config()), options, FolderUse::measure);
  });
  return {std::move(options), environment, make_log(ranks.rank()), std::move(folder), nullptr, stop};
}

}  // namespace

void dry_run_command(const CommandLine& line, Environment& environment, std::ostream& out) {
  const StopRequest stop(OnInterrupt::silent);
  const Session session = dry_session(line, environment, stop);
  const Inputs inputs = load_inputs(session);
  LazyModel model(session, inputs);
  const auto stored = agreed(session.communicator(), [&] { return stored_length(session, inputs); });
  // Only for what is scored in the measurement, whose speed hardly depends on it.
  const double first_guess =
      stored.value_or(std::min(60.0, static_cast<double>(session.options.generate.max_new_tokens)));
  MeasuredSpeed measured = measure_speed(session, inputs, model.get(), std::llround(first_guess));
  if (learns(session.options)) {
    measured.speed.train_step = measure_train_step(session, inputs, Estimator::batch_of(session, inputs));
  }
  const ResponseLength length = response_length(session, stored, measured.watched);
  agreed(session.communicator(), [&] {
    if (session.communicator().rank() != 0) return;
    print(session, inputs, measured, length, Estimator(session, inputs, measured, length.tokens).stages(), out);
  });
}

}  // namespace at2
