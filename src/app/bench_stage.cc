#include <ATen/Parallel.h>

#include <functional>
#include <ostream>

#include "ablation/attention_features.h"
#include "ablation/score.h"
#include "app/peak_memory.h"
#include "app/responses.h"
#include "app/stages.h"
#include "app/timing_view.h"
#include "app/trained_estimator.h"
#include "attribute/attributor.h"
#include "attribute/gradient.h"
#include "attribute/head_reading.h"
#include "base/errors.h"
#include "base/timer.h"
#include "comm/agree.h"
#include "config/enum_text.h"
#include "model/generate.h"
#include "report/timing_table.h"

namespace at2 {
namespace {

/// A response, and what generating it left.
struct TracedTask {
  AttributionTask task;
  /// Tokens that sources may hold.
  TokenRange span;
  AttentionTrace trace;
  std::int64_t prompt_tokens = 0;
};

/// Generates the response with its trace. It is one target as a whole, for thoughts what follows them.
/// \throws RecordError if the example cannot be used
TracedTask trace_response(const Session& session, const Inputs& inputs, const LanguageModel& model,
                          const Example& example) {
  Prompt prompt = prompt_of(session, inputs, example);
  GenerationLimits limits;
  limits.max_new_tokens = session.options.generate.max_new_tokens;
  limits.trace = KeepTrace::yes;
  std::vector<Generation> written =
      generate_greedy(model, std::vector<std::vector<std::int64_t>>{prompt.tokens}, limits);
  Response response = decode_response(inputs.text.tokenizer, written.front().tokens);
  AttributionInput input =
      make_input(session.options.task, example, std::move(prompt), std::move(response), inputs.splitter);
  join_targets(input.task);
  input.task.sources = sources_of(input, example, session.options.bench.sources, inputs.splitter).tokens;
  return {std::move(input.task), input.span, std::move(*written.front().trace), std::ssize(input.prompt.tokens)};
}

struct Operation {
  std::string title;
  /// \return what it computes, on the CPU: a GPU has then finished
  std::function<at::Tensor()> run;
  /// What has to be kept for it from the response's generation on.
  double kept_bytes = 0;
};

double bytes_of(const AttentionTrace& trace) {
  return static_cast<double>(trace.queries_LUHK.nbytes() + trace.keys_LNTK.nbytes());
}

at::Tensor esm_scores_of(const Session& session, const LanguageModel& model, const TracedTask& traced,
                         std::int64_t num_ablations) {
  const RunOptions& options = session.options;
  const MeasurementOptions measured{options.seed, options.ablate.keep_probability, options.ablate.mask_seeding,
                                    num_ablations};
  Measurements measurements(model, traced.task, traced.span, measured);
  return make_esm(num_ablations, options.evaluate.esm_lambda)->attribute(measurements).scores_GS;
}

constexpr std::size_t kSaved = 2;
constexpr std::size_t kRecomputed = 3;

std::vector<Operation> operations(const Session& session, const LanguageModel& model, const ScoreEstimator& estimator,
                                  const HeadOutputs& outputs, const TracedTask& traced) {
  const AttributionTask& task = traced.task;
  const auto at2_scores = [&estimator, &task](const TokenAttention& attention) {
    return estimator(attention_to_sources(attention, task.sources));
  };
  const std::int64_t ablations = session.options.evaluate.esm_ablations.front();
  return {{"Forward pass", [&] { return score_unablated(model, task).log_probs_GM; }},
          {"Forward and backward pass", [&] { return gradient_l1_to_tokens(model, task, traced.span); }},
          {"AT2 (saved attention)",
           [&, at2_scores] {
             return at2_scores(attention_from_trace(model.config(), traced.trace, task, traced.span, &outputs));
           },
           bytes_of(traced.trace)},
          {"AT2 (recomputed attention)",
           [&, at2_scores] { return at2_scores(attention_to_tokens(model, task, traced.span, &outputs)); }},
          {"ESM (" + std::to_string(ablations) + ")",
           [&, ablations] { return esm_scores_of(session, model, traced, ablations); }}};
}

/// In a run of its own, since asking for it takes time.
std::optional<double> peak_of(const Operation& operation, const at::Device& device) {
  const PeakMemory peak(device);
  const at::Tensor result = operation.run();
  const std::optional<double> bytes = peak.bytes();
  return bytes ? std::optional(*bytes + operation.kept_bytes) : std::nullopt;
}

/// \throws UserError if saved and recomputed attention do not give the same scores
double checked_difference(const Example& example, const at::Tensor& saved, const at::Tensor& recomputed,
                          at::ScalarType dtype) {
  const double tolerance = dtype == at::kFloat ? 1e-3 : 5e-2;
  const double largest = recomputed.abs().max().item<double>();
  const double difference = (saved - recomputed).abs().max().item<double>() / (largest > 0 ? largest : 1);
  if (!(difference <= tolerance)) {
    throw UserError("saved and recomputed attention give other scores for " + example.id,
                    "they differ by " + std::to_string(difference) + " of the largest, at most " +
                        std::to_string(tolerance) + " is expected of " + c10::toString(dtype),
                    "check the model with at2 verify-model");
  }
  return difference;
}

/// Thrown between two operations.
struct TimingStopped {
  int signal = 0;
};

void go_on_unless_stopped(const Session& session) {
  if (const int signal = session.stop.signal(); signal != 0) throw TimingStopped{signal};
}

ExampleTiming time_example(const Session& session, const Inputs& inputs, const LanguageModel& model,
                           const ScoreEstimator& estimator, const Example& example) {
  const TracedTask traced = trace_response(session, inputs, model, example);
  ExampleTiming timing{example.id,
                       traced.prompt_tokens,
                       std::ssize(traced.task.tokens) - traced.prompt_tokens,
                       std::ssize(traced.task.sources),
                       0,
                       {}};
  const HeadOutputs outputs(model, estimator.features(), heads_weighed_by(estimator));
  const std::vector<Operation> all = operations(session, model, estimator, outputs, traced);
  std::vector<at::Tensor> results;
  for (const Operation& operation : all) {
    go_on_unless_stopped(session);
    // Not timed: it warms up caches, and takes the memory that libraries keep for good.
    results.push_back(operation.run());
    timing.operations.push_back({operation.title, {}, peak_of(operation, model.place().device)});
  }
  timing.largest_difference = checked_difference(example, results[kSaved], results[kRecomputed], model.place().dtype);
  for (std::int64_t repeat = 0; repeat < session.options.bench.repeats; ++repeat) {
    for (std::size_t i = 0; i < all.size(); ++i) {
      go_on_unless_stopped(session);
      const Timer timer;
      results[i] = all[i].run();
      timing.operations[i].seconds.push_back(timer.seconds());
    }
  }
  return timing;
}

std::string place_of(const Inputs& inputs) {
  std::string text = inputs.place.device.str() + ", " + shard_header(inputs, "", "", 0).dtype;
  if (inputs.place.device.is_cpu()) {
    const int threads = at::get_num_threads();
    text += ", " + std::to_string(threads) + (threads == 1 ? " thread, " : " threads, ") + instruction_set();
  }
  return text;
}

Timings time_all(const Session& session, const Inputs& inputs, const LanguageModel& model,
                 const ScoreEstimator& estimator) {
  Timings timings{
      model_name(inputs.model_path), place_of(inputs), std::string(to_text(session.options.bench.sources)), {}};
  const std::int64_t wanted = std::min(session.options.bench.examples, std::ssize(inputs.evaluation.examples));
  Progress progress(session.log, "bench", "examples", wanted);
  for (const Example& example : inputs.evaluation.examples) {
    if (std::ssize(timings.examples) == wanted) break;
    try {
      timings.examples.push_back(time_example(session, inputs, model, estimator, example));
      progress.update(std::ssize(timings.examples));
    } catch (const RecordError& error) {
      session.log.warn(error.what());
    }
  }
  progress.finish();
  if (timings.examples.empty()) {
    throw UserError("there is nothing to time", "no evaluation example could be used", "see the warnings above");
  }
  return timings;
}

}  // namespace

StageEnd bench_stage(const Session& session, const Inputs& inputs, LazyModel& model, std::ostream& out) {
  const ScoreEstimator estimator = agreed(session.communicator(), [&] {
    if (session.communicator().size() > 1) {
      throw UserError("at2 bench-attribution runs on one rank",
                      std::to_string(session.communicator().size()) + " ranks would slow each other down",
                      "start it without mpirun or srun");
    }
    if (!learns(session.options)) {
      throw UserError("evaluate.methods has no at2", "at2 bench-attribution times AT2", "add at2 to evaluate.methods");
    }
    return trained_estimator(session, inputs);
  });
  try {
    const Timings timings = time_all(session, inputs, model.get(), estimator);
    write_timings(session.folder.timing(), timings);
    out << timing_summary(timing_view(timings)) << std::endl;
    return StageEnd::complete;
  } catch (const TimingStopped& stopped) {
    say_stopped(session, stopped.signal, "in bench-attribution, which keeps nothing of what it timed");
    return StageEnd::stopped;
  }
}

}  // namespace at2
