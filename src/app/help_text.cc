#include "app/help_text.h"

#include <algorithm>
#include <iomanip>
#include <sstream>

#include "app/command_table.h"
#include "app/option_values.h"

namespace at2 {
namespace {

constexpr unsigned kColumns = 100;

const char* heading_of(CommandGroup group) {
  switch (group) {
    case CommandGroup::runs:
      return "A run and its stages";
    case CommandGroup::answers:
      return "Answers";
    case CommandGroup::looking:
      return "Looking at what there is";
    case CommandGroup::program:
      return "This program";
  }
  return "";
}

std::size_t longest_name() {
  std::size_t longest = 0;
  for (const CommandEntry& entry : command_table()) longest = std::max(longest, entry.name.size());
  return longest;
}

/// One paragraph, broken at blanks where it is longer than the columns.
void write_paragraph(const std::string& paragraph, std::ostream& out) {
  std::istringstream words(paragraph);
  std::size_t column = 0;
  for (std::string word; words >> word; column += word.size()) {
    if (column > 0 && column + 1 + word.size() > kColumns) {
      out << "\n";
      column = 0;
    } else if (column > 0) {
      out << " ";
      ++column;
    }
    out << word;
  }
  out << "\n";
}

}  // namespace

std::string help_text() {
  std::ostringstream text;
  text << "at2 - " << kProgramSummary
       << "\n\n"
          "usage: at2 COMMAND [OPTION]...\n";
  const auto width = static_cast<int>(longest_name());
  const CommandGroup* previous = nullptr;
  for (const CommandEntry& entry : command_table()) {
    if (previous == nullptr || *previous != entry.group) text << "\n" << heading_of(entry.group) << ":\n";
    previous = &entry.group;
    text << "  " << std::left << std::setw(width) << entry.name << "  " << entry.summary << "\n";
  }
  text << "\nat2 help COMMAND shows options and examples of a command.\n"
          "On several ranks: launch/local N CONFIG, or srun/mpirun at2 run CONFIG.\n"
          "To begin with: docs/tutorial.md; at2 doctor says whether this machine has what it takes.\n";
  return text.str();
}

std::string help_text(const CommandEntry& entry) {
  std::ostringstream text;
  text << "at2 " << entry.name << " - " << entry.summary << "\n\nusage: at2 " << entry.name
       << (entry.arguments.empty() ? "" : " ") << entry.arguments << "\n";
  std::istringstream paragraphs(entry.description);
  for (std::string paragraph; std::getline(paragraphs, paragraph);) {
    text << "\n";
    write_paragraph(paragraph, text);
  }
  const po::options_description options = entry.options();
  if (!options.options().empty()) {
    po::options_description shown("Options", kColumns, kColumns / 2);
    text << "\nOptions:\n";
    for (const auto& option : options.options()) shown.add(option);
    text << shown;
  }
  if (!entry.examples.empty()) text << "\nExamples:\n";
  for (const CommandExample& example : entry.examples) {
    text << "  " << example.line << "\n      " << example.meaning << "\n";
  }
  return text.str();
}

}  // namespace at2
