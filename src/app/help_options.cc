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

po::options_description completion_options() {
  po::options_description options;
  options.add_options()("shell", text("bash|zsh"), "the shell; also without --shell");
  return options;
}

void read_completion(const po::variables_map& values, CommandLine& line) {
  const auto shell = optional_text(values, "shell");
  if (!shell) {
    throw UserError("at2 completion needs the name of a shell", "none was named", "at2 completion bash, or zsh");
  }
  if (*shell != "bash" && *shell != "zsh") refuse_choice("shell", *shell, {"bash", "zsh"});
  line.shell = *shell == "zsh" ? Shell::zsh : Shell::bash;
}

po::options_description no_options() { return po::options_description(); }

void read_nothing(const po::variables_map&, CommandLine&) {}

}  // namespace

std::vector<CommandEntry> help_commands() {
  return {
      {.command = Command::help,
       .name = "help",
       .group = CommandGroup::program,
       .arguments = "[COMMAND]",
       .summary = "what the program can do, or how to use one command",
       .description = "at2 COMMAND --help shows the same.",
       .examples = {{"at2 help run", "options and examples of at2 run"},
                    {"at2 attribute --help", "the same for at2 attribute"}},
       .options = help_options,
       .positional = {.option = "command"},
       .read = read_help},
      {.command = Command::completion,
       .name = "completion",
       .group = CommandGroup::program,
       .arguments = "bash|zsh",
       .summary = "a script that lets a shell complete commands, options, values and config keys",
       .description = "For bash put it where bash-completion looks, or read it in ~/.bashrc. For zsh put it as _at2 "
                      "into a folder of $fpath, or read it after compinit.",
       .examples = {{"at2 completion bash > ~/.local/share/bash-completion/completions/at2", "for new shells"},
                    {"source <(at2 completion bash)", "for this shell"},
                    {"at2 completion zsh > ~/.zfunc/_at2", "where ~/.zfunc is in $fpath"}},
       .options = completion_options,
       .positional = {.option = "shell"},
       .read = read_completion},
      {.command = Command::man,
       .name = "man",
       .group = CommandGroup::program,
       .arguments = "",
       .summary = "this help as a manual page",
       .description = "In roff, for man. It also has every config key.",
       .examples = {{"at2 man > at2.1", "to read it: man -l at2.1"},
                    {"at2 man > ~/.local/share/man/man1/at2.1", "for man at2"}},
       .options = no_options,
       .positional = {},
       .read = read_nothing},
      {.command = Command::version,
       .name = "version",
       .group = CommandGroup::program,
       .arguments = "",
       .summary = "version and commit of this build",
       .description = "",
       .examples = {{"at2 --version", "the same"}},
       .options = no_options,
       .positional = {},
       .read = read_nothing}};
}

}  // namespace at2
