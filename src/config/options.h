/// \file config/options.h
/// \brief Everything that a run can be told, as plain structs with defaults.
///
/// Nothing here reads files: config/load.h fills these structs from YAML and `--set`. Shape letters: M ablations.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace at2 {

enum class DatasetFormat {
  dolly,
  hotpotqa,
  cnn_dailymail,
  ms_marco,
  natural_questions,
  drop,
  global_opinions,
  agieval,
  jsonl
};
/// What part of a data set's usable records is taken: those set apart for training, the others, or all.
enum class DatasetPart { automatic, whole, train, evaluation };
/// What a response is attributed to: the context alone, or the thoughts before its answer and the context where there
/// is one (paper, section 2.3).
enum class Task { context, thought };
enum class SourceKind { token, word, sentence, paragraph, passage };
enum class MaskSeeding { per_example, reference };
/// antithetic: every second mask of a training example keeps what the one before it hides, so that it keeps a source
/// with probability 1 - keep_probability.
enum class MaskDesign { independent, antithetic };
/// at2_general: AT2 with theta that was trained elsewhere (evaluate.general_estimator).
/// value_norm, logit_contribution: those features averaged over the heads, without training.
enum class Method { at2, at2_general, average_attention, esm, gradient, leave_one_out, value_norm, logit_contribution };
enum class DeviceChoice { automatic, cpu, cuda };
enum class DtypeChoice { automatic, float32, bfloat16, float16 };
enum class FeatureDtype { float32, float16 };
/// What is read of every attention head for a target and a source: its attention (the paper's), the attention times the
/// length of what the head writes for the source's tokens, or times what that adds to the logit of the token that was
/// written.
enum class Feature { attention, value_norm, logit_contribution };

struct ModelOptions {
  /// GGUF file, Hugging Face folder, or "default": the SmolLM2-135M-Instruct that launch/setup fetched.
  std::string path = "default";
  DeviceChoice device = DeviceChoice::automatic;
  DtypeChoice dtype = DtypeChoice::automatic;
  /// Threads of a rank; 0 = cores of the node divided by its ranks.
  std::int64_t threads = 0;
  /// Folder for weights as the forward pass wants them, which the ranks of a machine share; "auto" = the user's cache
  /// folder; "none" = every rank has its own copy.
  std::string weight_cache = "auto";
  /// Name in tables and figures; empty = that of the file or folder.
  std::string title = {};
};

struct DatasetOptions {
  DatasetFormat format = DatasetFormat::dolly;
  /// A file, a folder of files, or a pattern that files match.
  std::string path;
  /// Examples taken, chosen by `seed`; 0 = all.
  std::int64_t max_examples = 0;
  /// Prompt template with {context} or {passages}, and {query}; empty = the paper's for the format (appendix A.3).
  std::string prompt_template;
  /// The same for records without a context.
  std::string prompt_template_without_context = {};
  DatasetPart part = DatasetPart::automatic;
  /// Name in tables and figures; empty = that of the format, or of the file for jsonl.
  std::string title = {};
  /// Records whose prompt has more characters (code points) are left out; 0 = the paper's limit for the format.
  std::int64_t max_prompt_characters = 0;
};

struct DataOptions {
  DatasetOptions train;
  DatasetOptions evaluation;
  /// The run ends when more than this share of the records is unusable.
  double max_bad_fraction = 0.05;
  /// Records of a file with one split that are set apart for training, chosen by the seed (appendix A.3.2).
  std::int64_t train_part_examples = 2000;
};

struct GenerateOptions {
  std::int64_t max_new_tokens = 512;
  /// Prompts decoded together.
  std::int64_t batch_size = 8;
};

struct AblateOptions {
  SourceKind sources = SourceKind::token;
  /// M of the paper.
  std::int64_t num_ablations = 32;
  double keep_probability = 0.5;
  MaskSeeding mask_seeding = MaskSeeding::per_example;
  MaskDesign mask_design = MaskDesign::independent;
  FeatureDtype feature_dtype = FeatureDtype::float32;
  /// Theta has a coefficient per feature and head.
  std::vector<Feature> features = {Feature::attention};
};

struct TrainOptions {
  std::int64_t steps = 1000;
  /// Targets per step; with fewer examples than this, all of them.
  std::int64_t batch_size = 512;
  double learning_rate = 1e-3;
  double gradient_clip = 1.0;
  /// Weight of mean_f (F theta_f - 1)^2 in the loss, theta being that of features scaled to mean magnitude 1: how
  /// strongly theta is drawn to all heads alike. 0 = the paper.
  double prior_strength = 0;
  /// Strengths of which one is chosen by cross-validation on the training examples; none = prior_strength is taken.
  std::vector<double> prior_candidates = {};
  /// Share of the training examples on which the best step is chosen instead of being trained on; 0 = the last step.
  double validation_fraction = 0;
  /// Attention heads that theta may weigh, chosen by a first training on all of them; 0 = all, as in the paper.
  std::int64_t sparse_heads = 0;
  /// Of the features that ablate measured, those that theta weighs; none = all of them.
  std::vector<Feature> features = {};
  /// Of the training set, the first so many examples; 0 = all.
  std::int64_t max_examples = 0;
  /// Of each example's ablations, the first so many; 0 = all.
  std::int64_t max_ablations = 0;
  /// Memory in 10^9 bytes in which a rank keeps features that it has read; nothing = a share of what is free.
  std::optional<double> cache_gb = {};
};

struct EvaluateOptions {
  /// None = no evaluation.
  std::vector<SourceKind> sources = {SourceKind::token, SourceKind::sentence};
  std::vector<Method> methods = {Method::at2, Method::average_attention, Method::gradient, Method::esm};
  std::int64_t lds_ablations = 32;
  /// One ESM row per number; a smaller one is a prefix of the largest.
  std::vector<std::int64_t> esm_ablations = {32};
  double esm_lambda = 0.01;
  std::vector<std::int64_t> top_k = {1, 3, 5};
  std::int64_t bootstrap_samples = 1000;
  /// estimator.h5, or a run folder with one, for at2_general.
  std::string general_estimator = {};
  /// Estimators that have a row each beside the methods: estimator.h5 or run folders.
  std::vector<std::string> estimators = {};
  /// Whether the sources' features are stored beside their scores, so that other estimators can be tried on them.
  bool store_features = false;
};

/// What a response without "Final answer:" counts as: nothing, as in the paper, or all of it.
enum class UnmarkedAnswer { empty, response };

/// Answers from a context of its best sources alone (paper, section 5).
struct PruneOptions {
  /// Parts that are kept or taken out of the text.
  SourceKind sources = SourceKind::passage;
  std::vector<Method> methods = {Method::at2, Method::average_attention, Method::esm};
  /// How many of the best sources are kept, one answer each; none = no pruning.
  std::vector<std::int64_t> kept = {};
  UnmarkedAnswer unmarked = UnmarkedAnswer::empty;
};

/// What `at2 bench-attribution` times (paper, Figure 4c).
struct BenchOptions {
  /// Of the evaluation set, the first that have a response.
  std::int64_t examples = 8;
  std::int64_t repeats = 5;
  /// What ESM hides; the other operations do not depend on it.
  SourceKind sources = SourceKind::token;
};

struct ReportOptions {
  /// Scores below this share of the largest are not highlighted (figures 3, 7-18).
  double highlight_threshold = 0.2;
  /// Share of bootstrap resamples that lie in an interval.
  double interval = 0.95;
  /// Examples shown in report.html, the first ones; fewer where the page would become too large.
  std::int64_t max_examples = 400;
};

/// What sums gradients over ranks: MPI in host memory, or NCCL in the memory of GPUs.
enum class CommBackend { automatic, mpi, nccl };

struct CommOptions {
  /// A rank that has not answered for so long ends the run; 0 = never.
  double silence_seconds = 300;
  CommBackend backend = CommBackend::automatic;
};

struct StoreOptions {
  /// Examples per chunk: the unit of work of a rank, and of what a crash can lose.
  std::int64_t chunk_size = 4;
  /// Whether a run may be continued on another kind of device, dtype or instruction set: its values then agree within
  /// tolerances only.
  bool allow_device_mix = false;
  /// Folder in which runs share what they have in common; empty = each run has its own.
  std::string shared = {};
  /// A claim of another machine that has not changed for so long is of a dead process.
  double claim_seconds = 60;
};

struct RunOptions {
  std::string name;
  Task task = Task::context;
  std::uint64_t seed = 1;
  ModelOptions model;
  DataOptions data;
  GenerateOptions generate;
  AblateOptions ablate;
  TrainOptions train;
  EvaluateOptions evaluate;
  PruneOptions prune;
  BenchOptions bench;
  ReportOptions report;
  CommOptions comm;
  StoreOptions store;
};

}  // namespace at2
