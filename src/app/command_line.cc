#include "app/command_line.h"

#include <algorithm>

#include "app/command_table.h"
#include "app/option_values.h"

namespace at2 {
namespace {

/// The name of the command that the first word asks for.
std::string command_name(const std::string& word) {
  if (word == "--help" || word == "-h") return "help";
  return word == "--version" ? "version" : word;
}

/// Whether help is among the words. It is never an option's value: those do not begin with "-".
bool asks_for_help(const std::vector<std::string>& words) {
  return std::any_of(words.begin(), words.end(), [](const std::string& w) { return w == "--help" || w == "-h"; });
}

}  // namespace

CommandLine parse_command_line(const std::vector<std::string>& words) {
  CommandLine line;
  if (words.empty()) return line;
  const CommandEntry& entry = command_named(command_name(words.front()));
  const std::vector<std::string> rest(words.begin() + 1, words.end());
  if (asks_for_help(rest)) {
    line.topic = entry.name;
    return line;
  }
  line.command = entry.command;
  line.command_word = entry.name;
  entry.read(parse_options(entry, rest), line);
  return line;
}

}  // namespace at2
