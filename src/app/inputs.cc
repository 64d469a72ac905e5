#include "app/inputs.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/deps.h"
#include "base/errors.h"
#include "base/hash.h"
#include "comm/agree.h"
#include "config/enum_text.h"
#include "model/weight_cache.h"

namespace at2 {
namespace {

using nlohmann::json;

Corpus read_corpus(const Session& session, Split split) {
  const DataOptions& data_options = session.options.data;
  Corpus corpus;
  corpus.split = split;
  corpus.options = split == Split::train ? data_options.train : data_options.evaluation;
  if (split == Split::train && !learns(session.options)) return corpus;
  corpus.examples = read_examples(corpus.options, session.options.seed, data_options.max_bad_fraction, corpus.report);
  corpus.fingerprint = fingerprint_file(corpus.options.path);
  return corpus;
}

void say_corpus(const Log& log, const Corpus& corpus) {
  std::string text = std::string(to_text(corpus.split)) + " data " + corpus.options.path + ": " +
                     std::to_string(corpus.report.read) + " records read, " + std::to_string(corpus.examples.size()) +
                     " used";
  for (const auto& [reason, count] : corpus.report.dropped_by_reason) {
    text += ", " + std::to_string(count) + " dropped (" + reason + ")";
  }
  log.say(text);
}

/// Throws if the chat template cannot carry the examples. Faults of a record are found later, record by record.
void try_prompt(const Corpus& corpus, const ModelText& text) {
  if (corpus.examples.empty()) return;
  try {
    static_cast<void>(make_prompt(corpus.examples.front(), text.chat, text.tokenizer, text.config.max_positions));
  } catch (const RecordError&) {
    return;
  }
}

std::string digest(const json& parts) { return fingerprint(parts.dump()); }

}  // namespace

Inputs load_inputs(const Session& session) {
  const RunOptions& options = session.options;
  Inputs inputs = agreed(session.communicator(), [&] {
    at::set_num_threads(threads_of_rank(options.model.threads, session.environment.local_size()));
    std::filesystem::path path = resolve_model_path(options.model.path);
    ModelText text = load_model_text(path);
    ComputePlace place = choose_place(options.model, session.environment.local_rank(), stored_dtype(path));
    std::string print = model_fingerprint(path);
    Corpus train = read_corpus(session, Split::train);
    Corpus evaluation = read_corpus(session, Split::evaluation);
    try_prompt(train, text);
    try_prompt(evaluation, text);
    return Inputs{
        std::move(path),  std::move(print),     std::move(text), std::move(place), SentenceSplitter(punkt_dir()),
        std::move(train), std::move(evaluation)};
  });
  if (max_prompt_tokens(options, inputs.text.config) <= 0) {
    throw AgreedError("generate.max_new_tokens is " + std::to_string(options.generate.max_new_tokens) +
                          " (the model has " + std::to_string(inputs.text.config.max_positions) +
                          " positions): leave room for the prompt",
                      0);
  }
  session.log.say("model " + inputs.model_path.string());
  for (const std::string& key : inputs.text.config.unknown_keys) {
    if (session.communicator().rank() != 0) break;
    session.log.warn("config.json of the model has the key \"" + key +
                     "\", which at2 does not know: if it changes the "
                     "mathematics, results are wrong");
  }
  session.log.say(inputs.place.reason + "; " + c10::toString(inputs.place.dtype) + ", " +
                  std::to_string(session.communicator().size()) + " rank(s) x " +
                  std::to_string(at::get_num_threads()) + " thread(s), " + instruction_set());
  if (learns(options)) say_corpus(session.log, inputs.train);
  say_corpus(session.log, inputs.evaluation);
  return inputs;
}

LanguageModel load_weights_of(const Session& session, const Inputs& inputs) {
  const auto cache =
      weight_cache_path(session.options.model, inputs.model_path, inputs.model_fingerprint, inputs.place);
  const bool leads = session.environment.local_rank() == 0;
  agreed(session.communicator(), [&] {
    if (!cache || !leads) return;
    const std::string obstacle = make_weight_cache(*cache, inputs.model_path, inputs.text.config, inputs.place.dtype);
    if (!obstacle.empty()) session.log.warn("every rank keeps its own copy of the weights (" + obstacle + ")");
  });
  return agreed(session.communicator(), [&] {
    return load_language_model(inputs.model_path, inputs.text.config, inputs.place, cache,
                               leads ? FiniteCheck::yes : FiniteCheck::no);
  });
}

bool learns(const RunOptions& options) {
  const auto& methods = options.evaluate.methods;
  return std::find(methods.begin(), methods.end(), Method::at2) != methods.end();
}

std::int64_t max_prompt_tokens(const RunOptions& options, const ModelConfig& config) {
  return config.max_positions - options.generate.max_new_tokens;
}

std::string responses_fingerprint(const Session& session, const Inputs& inputs, Split split) {
  const Corpus& corpus = inputs.corpus(split);
  return digest({"responses", inputs.model_fingerprint, corpus.fingerprint, to_text(corpus.options.format),
                 corpus.options.prompt_template, corpus.options.max_examples, session.options.seed,
                 session.options.generate.max_new_tokens, session.options.store.chunk_size});
}

std::string ablations_fingerprint(const Session& session, const Inputs& inputs) {
  const AblateOptions& ablate = session.options.ablate;
  return digest({"ablations", responses_fingerprint(session, inputs, Split::train), to_text(ablate.sources),
                 ablate.num_ablations, ablate.keep_probability, to_text(ablate.mask_seeding),
                 to_text(ablate.feature_dtype), session.options.seed});
}

std::string estimator_fingerprint(const Session& session, const Inputs& inputs) {
  const TrainOptions& train = session.options.train;
  return digest({"estimator", ablations_fingerprint(session, inputs), train.steps, train.batch_size,
                 train.learning_rate, train.gradient_clip, session.options.seed});
}

std::string scores_fingerprint(const Session& session, const Inputs& inputs) {
  const EvaluateOptions& evaluate = session.options.evaluate;
  json sources = json::array();
  for (const SourceKind kind : evaluate.sources) sources.push_back(to_text(kind));
  json methods = json::array();
  for (const Method method : evaluate.methods) methods.push_back(to_text(method));
  return digest({"scores", responses_fingerprint(session, inputs, Split::evaluation),
                 estimator_fingerprint(session, inputs), sources, methods, evaluate.lds_ablations,
                 evaluate.esm_ablations, evaluate.esm_lambda, evaluate.top_k, session.options.ablate.keep_probability,
                 to_text(session.options.ablate.mask_seeding), session.options.seed});
}

ShardHeader shard_header(const Inputs& inputs, std::string kind, std::string fingerprint, std::int64_t num_chunks) {
  ShardHeader header;
  header.kind = std::move(kind);
  header.fingerprint = std::move(fingerprint);
  header.device = inputs.place.device.is_cuda() ? "cuda" : "cpu";
  header.dtype = inputs.place.dtype == at::kFloat  ? "float32"
                 : inputs.place.dtype == at::kHalf ? "float16"
                                                   : "bfloat16";
  header.instruction_set = instruction_set();
  header.num_chunks = num_chunks;
  return header;
}

}  // namespace at2
