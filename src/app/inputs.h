/// \file app/inputs.h
/// \brief Everything that a run reads, opened and checked before the first forward pass.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "app/session.h"
#include "data/example.h"
#include "data/prompt.h"
#include "data/readers.h"
#include "model/pretrained.h"
#include "store/shard.h"
#include "text/sentences.h"
#include "train/score_estimator.h"

namespace at2 {

/// One of the two data sets of a run.
struct Corpus {
  Split split = Split::train;
  DatasetOptions options;
  std::vector<Example> examples;
  ReadReport report;
  /// Digest of the examples.
  std::string fingerprint;
};

struct Inputs {
  std::filesystem::path model_path;
  std::string model_fingerprint;
  ModelText text;
  ComputePlace place;
  SentenceSplitter splitter;
  Corpus train;
  Corpus evaluation;
  /// theta of evaluate.general_estimator, for the method at2_general.
  std::optional<StoredEstimator> general;
  /// Those of evaluate.estimators.
  std::vector<NamedEstimator> others;

  [[nodiscard]] const Corpus& corpus(Split split) const { return split == Split::train ? train : evaluation; }
};

/// Reads model config, tokenizer, data sets and a general estimator, chooses the device, sets the number of threads,
/// and says so. \collective \throws AgreedError on all ranks
[[nodiscard]] Inputs load_inputs(const Session& session);

/// The model's weights. \collective
/// \throws AgreedError on all ranks
[[nodiscard]] LanguageModel load_weights_of(const Session& session, const Inputs& inputs);

/// The options of one of the two data sets, and how it is read.
[[nodiscard]] const DatasetOptions& dataset_options(const RunOptions& options, Split split);
[[nodiscard]] ReadRules read_rules(const RunOptions& options, Split split);

/// Whether a method is among those to evaluate.
[[nodiscard]] bool uses(const EvaluateOptions& options, Method method);

/// Whether it is among those of a stage that the config asks for.
[[nodiscard]] bool wants(const RunOptions& options, Method method);

/// Whether the methods of a stage include AT2, so that there is theta to learn. Without it a run needs no training
/// data.
[[nodiscard]] bool learns(const RunOptions& options);

/// The file that at2_general takes theta from, whether it exists or not: evaluate.general_estimator may name a run
/// folder.
[[nodiscard]] std::filesystem::path general_estimator_path(const RunOptions& options);

/// The file that evaluate.estimators means by `path`, and the name of its row: that of the run folder, else of the
/// file.
[[nodiscard]] std::filesystem::path estimator_path(const std::filesystem::path& path);
[[nodiscard]] std::string estimator_name(const std::filesystem::path& path);

/// Those of evaluate.estimators.
/// \throws UserError if one is missing, damaged or, with ModelCheck::refuse_other, of another model, or two have one
/// name
[[nodiscard]] std::vector<NamedEstimator> other_estimators(const RunOptions& options, const std::string& model_print,
                                                           ModelCheck check);
/// What their scores depend on: names and weights.
[[nodiscard]] std::vector<std::string> fingerprints_of(std::span<const NamedEstimator> estimators);

/// Longest prompt that leaves room for the response.
[[nodiscard]] std::int64_t max_prompt_tokens(const RunOptions& options, const ModelConfig& config);

/// What the artifacts of this run depend on, see app/fingerprints.h.
[[nodiscard]] std::string responses_fingerprint(const Session& session, const Inputs& inputs, Split split);
[[nodiscard]] std::string ablations_fingerprint(const Session& session, const Inputs& inputs);
[[nodiscard]] std::string estimator_fingerprint(const Session& session, const Inputs& inputs);
[[nodiscard]] std::string scores_fingerprint(const Session& session, const Inputs& inputs);
[[nodiscard]] std::string prune_fingerprint(const Session& session, const Inputs& inputs);

/// Header of the shards of a stage, whose kind is "responses", "ablations" or "scores".
[[nodiscard]] ShardHeader shard_header(const Inputs& inputs, std::string kind, std::string fingerprint,
                                       std::int64_t num_chunks);

}  // namespace at2
