#include "app/inputs.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <cctype>

#include "app/examples_file.h"
#include "app/fingerprints.h"
#include "base/deps.h"
#include "base/errors.h"
#include "comm/agree.h"
#include "config/enum_text.h"
#include "data/data_files.h"
#include "model/weight_cache.h"

namespace at2 {
namespace {

/// A dry run keeps no journal, and writes nothing else either.
bool fills_folder(const Session& session) { return session.journal != nullptr; }

/// Large sets take minutes or more, once.
void say_reading(const Log& log, const Corpus& corpus) {
  constexpr std::uintmax_t kLarge = 1000000000;
  std::uintmax_t bytes = 0;
  for (const std::filesystem::path& file : data_files(corpus.options.path)) bytes += std::filesystem::file_size(file);
  if (bytes < kLarge) return;
  log.say("reading the " + std::string(to_text(corpus.split)) + " data " + corpus.options.path + ", " +
          std::to_string(bytes / kLarge) + " GB ...");
}

/// Reads the data set on rank 0, unless the run folder has its examples; the other ranks read those. \collective
Corpus read_corpus(const Session& session, Split split) {
  Corpus corpus;
  corpus.split = split;
  corpus.options = dataset_options(session.options, split);
  if (split == Split::train && !learns(session.options)) return corpus;
  // A run that only trains has no evaluation set.
  if (split == Split::evaluation && corpus.options.path.empty()) return corpus;
  const ReadRules rules = read_rules(session.options, split);
  const std::filesystem::path file = session.folder.examples(split);
  std::optional<ChosenExamples> chosen;
  const std::string choice = agreed(session.communicator(), [&] {
    if (session.communicator().rank() != 0) return std::string();
    std::string print = choice_fingerprint(corpus.options, rules);
    chosen = read_chosen(file, print);
    if (chosen) return print;
    chosen.emplace();
    say_reading(session.log, corpus);
    chosen->examples = read_examples(corpus.options, rules, chosen->report);
    if (fills_folder(session)) write_chosen(file, print, *chosen);
    return print;
  });
  // Not of each rank's own: on a shared file system, times of change may look different from elsewhere.
  const std::string written = broadcast_text(session.communicator(), choice);
  agreed(session.communicator(), [&] {
    if (!chosen) chosen = read_chosen(file, written);
    if (!chosen && !fills_folder(session)) {
      chosen.emplace();
      chosen->examples = read_examples(corpus.options, rules, chosen->report);
    }
    if (!chosen) throw UserError("cannot read " + file.string(), "rank 0 has just written it", "check the file system");
  });
  corpus.examples = std::move(chosen->examples);
  corpus.report = std::move(chosen->report);
  corpus.fingerprint = fingerprint_of(corpus.examples);
  return corpus;
}

void say_corpus(const Log& log, const Corpus& corpus) {
  if (corpus.options.path.empty()) return;
  log.say(std::string(to_text(corpus.split)) + " data " + corpus.options.path + ": " + describe(corpus.report));
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

/// \throws UserError if the method at2_general is wanted and its estimator is missing, damaged or of another model
std::optional<StoredEstimator> general_estimator(const RunOptions& options, const std::string& model_print) {
  if (!wants(options, Method::at2_general)) return std::nullopt;
  const std::filesystem::path path = general_estimator_path(options);
  if (!std::filesystem::exists(path)) {
    throw UserError("evaluate.general_estimator is " + path.string(), "there is no file " + path.string(),
                    "name an estimator.h5, or the folder of a run that has trained one");
  }
  return load_estimator(path, model_print);
}

std::string general_fingerprint(const Inputs& inputs) {
  return inputs.general ? weights_fingerprint(inputs.general->estimator) : "";
}

}  // namespace

Inputs load_inputs(const Session& session) {
  const RunOptions& options = session.options;
  Inputs inputs = agreed(session.communicator(), [&] {
    at::set_num_threads(threads_of_rank(options.model.threads, session.environment.local_size()));
    std::filesystem::path path = resolve_model_path(options.model.path);
    ModelText text = load_model_text(path);
    ComputePlace place = choose_place(options.model, session.environment.local_rank(), stored_dtype(path));
    std::string print = model_fingerprint(path);
    auto general = general_estimator(options, print);
    auto others = other_estimators(options, print, ModelCheck::refuse_other);
    return Inputs{
        std::move(path),    std::move(print), std::move(text), std::move(place), SentenceSplitter(punkt_dir()), {}, {},
        std::move(general), std::move(others)};
  });
  inputs.train = read_corpus(session, Split::train);
  inputs.evaluation = read_corpus(session, Split::evaluation);
  agreed(session.communicator(), [&] {
    try_prompt(inputs.train, inputs.text);
    try_prompt(inputs.evaluation, inputs.text);
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
  if (session.communicator().rank() == 0) {
    const std::string overlap = overlap_text(inputs.train.examples, inputs.evaluation.examples);
    if (!overlap.empty()) session.log.warn(overlap);
  }
  return inputs;
}

LanguageModel load_weights_of(const Session& session, const Inputs& inputs) {
  const auto cache =
      weight_cache_path(session.options.model, inputs.model_path, inputs.model_fingerprint, inputs.place);
  const bool leads = session.environment.local_rank() == 0;
  agreed(session.communicator(), [&] {
    if (!cache || !leads || !fills_folder(session)) return;
    const std::string obstacle = make_weight_cache(*cache, inputs.model_path, inputs.text.config, inputs.place.dtype);
    if (!obstacle.empty()) session.log.warn("every rank keeps its own copy of the weights (" + obstacle + ")");
  });
  return agreed(session.communicator(), [&] {
    return load_language_model(inputs.model_path, inputs.text.config, inputs.place, cache,
                               leads ? FiniteCheck::yes : FiniteCheck::no);
  });
}

const DatasetOptions& dataset_options(const RunOptions& options, Split split) {
  return split == Split::train ? options.data.train : options.data.evaluation;
}

ReadRules read_rules(const RunOptions& options, Split split) {
  return {options.seed, options.data.max_bad_fraction,
          split == Split::train ? DatasetPart::train : DatasetPart::evaluation, options.data.train_part_examples,
          options.task == Task::thought ? WithoutContext::keep : WithoutContext::drop};
}

bool uses(const EvaluateOptions& options, Method method) {
  return std::find(options.methods.begin(), options.methods.end(), method) != options.methods.end();
}

bool wants(const RunOptions& options, Method method) {
  EvaluateOptions pruning;
  pruning.methods = options.prune.methods;
  return uses(options.evaluate, method) || (!options.prune.kept.empty() && uses(pruning, method));
}

bool learns(const RunOptions& options) { return wants(options, Method::at2); }

std::filesystem::path general_estimator_path(const RunOptions& options) {
  return estimator_path(options.evaluate.general_estimator);
}

std::filesystem::path estimator_path(const std::filesystem::path& path) {
  return std::filesystem::is_directory(path) ? RunFolder(path).estimator() : path;
}

std::string estimator_name(const std::filesystem::path& path) {
  std::filesystem::path file = path.has_filename() ? path : path.parent_path();
  if (!std::filesystem::is_directory(file)) {
    const bool of_a_run = file.filename() == RunFolder("").estimator() && file.has_parent_path();
    file = of_a_run ? file.parent_path() : file.replace_extension();
  }
  std::string name = file.filename().string();
  for (char& letter : name) {
    const auto byte = static_cast<unsigned char>(letter);
    if (std::isalnum(byte) == 0 && letter != '-' && letter != '.') letter = '_';
  }
  return name;
}

std::vector<NamedEstimator> other_estimators(const RunOptions& options, const std::string& model_print,
                                             ModelCheck check) {
  std::vector<NamedEstimator> others;
  for (const std::string& place : options.evaluate.estimators) {
    const std::filesystem::path path = estimator_path(place);
    if (!std::filesystem::exists(path)) {
      throw UserError("evaluate.estimators has " + place, "there is no file " + path.string(),
                      "name an estimator.h5, or the folder of a run that has trained one");
    }
    const std::string name = estimator_name(place);
    const bool taken = name == "general" || std::any_of(others.begin(), others.end(), [&](const NamedEstimator& other) {
                         return other.name == name;
                       });
    if (taken) {
      throw UserError("evaluate.estimators has " + place, "another row is called " + name,
                      "rename the run folder or the file");
    }
    others.push_back({name, load_estimator(path, model_print, check).estimator});
  }
  return others;
}

std::vector<std::string> fingerprints_of(std::span<const NamedEstimator> estimators) {
  std::vector<std::string> prints;
  for (const NamedEstimator& other : estimators) {
    prints.push_back(other.name);
    prints.push_back(weights_fingerprint(other.estimator));
  }
  return prints;
}

std::int64_t max_prompt_tokens(const RunOptions& options, const ModelConfig& config) {
  return config.max_positions - options.generate.max_new_tokens;
}

std::string responses_fingerprint(const Session& session, const Inputs& inputs, Split split) {
  return responses_fingerprint(session.options, inputs.model_fingerprint, inputs.corpus(split).fingerprint);
}

std::string ablations_fingerprint(const Session& session, const Inputs& inputs) {
  return ablations_fingerprint(session.options, responses_fingerprint(session, inputs, Split::train));
}

std::string estimator_fingerprint(const Session& session, const Inputs& inputs) {
  return estimator_fingerprint(session.options, ablations_fingerprint(session, inputs));
}

std::string scores_fingerprint(const Session& session, const Inputs& inputs) {
  return scores_fingerprint(session.options, responses_fingerprint(session, inputs, Split::evaluation),
                            estimator_fingerprint(session, inputs), general_fingerprint(inputs),
                            fingerprints_of(inputs.others));
}

std::string prune_fingerprint(const Session& session, const Inputs& inputs) {
  return prune_fingerprint(session.options, responses_fingerprint(session, inputs, Split::evaluation),
                           estimator_fingerprint(session, inputs), general_fingerprint(inputs));
}

ShardHeader shard_header(const Inputs& inputs, std::string kind, std::string fingerprint, std::int64_t num_chunks) {
  ShardHeader header;
  header.schema_version = schema_version_of(kind);
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
