/// \file app/command_entry.h
/// \brief What the program knows of one of its commands: the one table that parsing, help, completion and the man page
/// are made from.
///
/// A command is a CommandEntry in a file `*_options.cc` of its own or its family's, and a line in command_table.cc.
#pragma once

#include <string>
#include <vector>

namespace boost::program_options {
class options_description;
class variables_map;
}  // namespace boost::program_options

namespace at2 {

struct CommandLine;
enum class Command;

/// A line to type, and what it does.
struct CommandExample {
  std::string line;
  std::string meaning;
};

/// The option that words without an option belong to.
struct PositionalWords {
  /// nullptr: there are none.
  const char* option = nullptr;
  /// -1: any number.
  int most = 1;
};

/// Where `at2 help` lists a command.
enum class CommandGroup { runs, answers, looking, program };

struct CommandEntry {
  Command command;
  /// "verify-model"
  std::string name;
  CommandGroup group;
  /// What follows the name in its usage line: "CONFIG [OPTION]..."
  std::string arguments;
  /// One line, without a full stop.
  std::string summary;
  /// A paragraph or several, each one line; empty where the summary says it all.
  std::string description;
  std::vector<CommandExample> examples;
  /// The options. A value's name says what it is: FILE, DIR, CONFIG (a file), RUN and MODEL (folders or files), words
  /// joined by | (all that may be written), anything else.
  boost::program_options::options_description (*options)();
  PositionalWords positional;
  /// From parsed options to `line`, whose command is set.
  /// \throws UserError for what is missing or impossible
  void (*read)(const boost::program_options::variables_map& values, CommandLine& line);
};

}  // namespace at2
