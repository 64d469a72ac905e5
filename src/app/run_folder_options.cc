#include "app/run_folder_options.h"

#include "app/command_line.h"
#include "app/option_values.h"

namespace at2 {
namespace {

po::options_description run_options() {
  po::options_description options;
  options.add_options()("run", text("RUN"), "run folder; also without --run");
  return options;
}

po::options_description status_options() {
  po::options_description options = run_options();
  options.add_options()("json", po::bool_switch(), "for a script");
  return options;
}

void read_run(const po::variables_map& values, CommandLine& line) {
  if (values.count("run") == 0) {
    const bool verifies = line.command == Command::verify;
    throw UserError(
        "at2 " + line.command_word + " needs a run folder", "none was named",
        "at2 " + line.command_word + " runs/quickstart" + (verifies ? ", or at2 verify-model for a model" : ""));
  }
  line.run_folder.run = values["run"].as<std::string>();
}

void read_status(const po::variables_map& values, CommandLine& line) {
  read_run(values, line);
  if (values["json"].as<bool>()) line.run_folder.format = OutputFormat::json;
}

}  // namespace

std::vector<CommandEntry> run_folder_commands() {
  return {{.command = Command::status,
           .name = "status",
           .group = CommandGroup::looking,
           .arguments = "RUN [--json]",
           .summary = "what is done of a run, what is going on, what is missing",
           .description = "Needs no model and disturbs nothing.",
           .examples = {{"at2 status runs/quickstart", "also while it runs, and of a run that was stopped"}},
           .options = status_options,
           .positional = {.option = "run"},
           .read = read_status},
          {.command = Command::verify,
           .name = "verify",
           .group = CommandGroup::looking,
           .arguments = "RUN",
           .summary = "whether a run folder holds what was written there",
           .description = "Exit status 1 where a file is damaged or stale; each is named, with what to do.",
           .examples = {{"at2 verify runs/quickstart", "after a copy, or a fault of a disk"}},
           .options = run_options,
           .positional = {.option = "run"},
           .read = read_run}};
}

}  // namespace at2
