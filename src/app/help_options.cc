#include "app/help_options.h"

#include "app/command_line.h"
#include "app/command_table.h"
#include "app/option_values.h"

namespace at2 {
namespace {

po::options_description help_options() {
  po::options_description options;
  options.add_options()("command", text("COMMAND"), "the command to explain");
  return options;
}

void read_help(const po::variables_map& values, CommandLine& line) {
  line.topic = optional_text(values, "command").value_or("");
  if (!line.topic.empty()) static_cast<void>(command_named(line.topic));
}

po::options_description no_options() { return po::options_description(); }

void read_nothing(const po::variables_map&, CommandLine&) {}

}  // namespace

std::vector<CommandEntry> help_commands() {
  return {{.command = Command::help,
           .name = "help",
           .group = CommandGroup::program,
           .arguments = "[COMMAND]",
           .summary = "what the program can do, or how to use one command",
           .description = "at2 COMMAND --help shows the same.",
           .examples = {{"at2 help run", "options and examples of at2 run"}},
           .options = help_options,
           .positional = {.option = "command"},
           .read = read_help},
          {.command = Command::version,
           .name = "version",
           .group = CommandGroup::program,
           .arguments = "",
           .summary = "version and commit of this build",
           .description = "",
           .examples = {},
           .options = no_options,
           .positional = {},
           .read = read_nothing}};
}

}  // namespace at2
