/// \file app/command_line.h
/// \brief What the user typed.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "config/options.h"

namespace at2 {

enum class Command {
  run,
  generate,
  ablate,
  train,
  evaluate,
  prune,
  bench_attribution,
  report,
  figures,
  attribute,
  show_data,
  verify_model,
  status,
  verify,
  show_config,
  dump_default,
  help,
  version
};

enum class OutputFormat { text, json };

/// Options of `at2 attribute`.
struct AttributeRequest {
  Task task = Task::context;
  /// May be missing for Task::thought.
  std::optional<std::string> context_file;
  std::string query;
  std::optional<std::string> response_file;
  std::string model = "default";
  std::optional<std::string> estimator_file;
  SourceKind sources = SourceKind::sentence;
  Method method = Method::at2;
  std::int64_t num_ablations = 32;
  std::int64_t max_new_tokens = 256;
  std::int64_t threads = 0;
  OutputFormat format = OutputFormat::text;
};

/// Options of `at2 verify-model`.
struct VerifyRequest {
  std::string model = "default";
  std::vector<std::string> goldens;
  /// Empty: float32, and the dtype that the checkpoint is stored in.
  std::vector<DtypeChoice> dtypes;
  DeviceChoice device = DeviceChoice::cpu;
  std::int64_t threads = 0;
};

/// Options of `at2 figures`. Empty lists select all that was measured.
struct FiguresRequest {
  std::vector<std::string> runs;
  std::string out;
  std::vector<std::string> methods;
  std::vector<SourceKind> sources;
  /// Ascending.
  std::vector<std::int64_t> top_k;
  double interval = 0.95;
  std::int64_t bootstrap_samples = 1000;
  std::int64_t max_examples = 3;
};

/// Options of `at2 status` and `at2 verify`.
struct RunFolderRequest {
  std::string run;
  OutputFormat format = OutputFormat::text;
};

struct CommandLine {
  Command command = Command::help;
  /// As typed.
  std::string command_word = "help";
  std::string config_file;
  std::optional<std::string> out;
  std::vector<std::string> overrides;
  AttributeRequest attribute;
  FiguresRequest figures;
  VerifyRequest verify;
  RunFolderRequest run_folder;
};

/// \throws UserError naming the word that is wrong, with the nearest right one or the line to use.
[[nodiscard]] CommandLine parse_command_line(const std::vector<std::string>& words);

/// The text of `at2 help`.
[[nodiscard]] std::string help_text();

}  // namespace at2
