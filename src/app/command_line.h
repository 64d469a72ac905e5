/// \file app/command_line.h
/// \brief What the user typed.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/attribute_options.h"
#include "app/completion.h"
#include "app/doctor_options.h"
#include "app/figures_options.h"
#include "app/inspect_options.h"
#include "app/lds_options.h"
#include "app/run_folder_options.h"
#include "app/serve_options.h"
#include "app/verify_options.h"

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
  lds,
  attribute,
  serve,
  show_data,
  verify_model,
  status,
  verify,
  show_config,
  dump_default,
  doctor,
  inspect,
  help,
  completion,
  man,
  version
};

struct CommandLine {
  Command command = Command::help;
  /// Name of the command.
  std::string command_word = "help";
  /// The command that help is wanted for; empty: all.
  std::string topic;
  std::string config_file;
  std::optional<std::string> out;
  std::vector<std::string> overrides;
  /// Of at2 run: only say what it would take.
  bool dry_run = false;
  AttributeRequest attribute;
  ServeRequest serve;
  FiguresRequest figures;
  LdsRequest lds;
  VerifyRequest verify;
  RunFolderRequest run_folder;
  DoctorRequest doctor;
  InspectRequest inspect;
  /// Of at2 completion.
  Shell shell = Shell::bash;
};

/// \throws UserError naming the word that is wrong, with the one that was probably meant or where to look
[[nodiscard]] CommandLine parse_command_line(const std::vector<std::string>& words);

}  // namespace at2
