#include "app/man_page.h"

#include <array>
#include <sstream>

#include "app/command_table.h"
#include "app/help_text.h"
#include "app/option_list.h"
#include "config/keys.h"
#include "config/provenance.h"

namespace at2 {
namespace {

struct Term {
  const char* name;
  const char* meaning;
};

constexpr std::array kEnvironment = {
    Term{"AT2_DEPS", "Folder that launch/setup filled, with the default model and the sentence splitter's parameters."},
    Term{"XDG_CACHE_HOME", "Where de-quantised weights are kept, in at2/weights; default ~/.cache."},
    Term{"NO_COLOR", "If it is set, nothing is coloured unless --color always asks for it."},
    Term{"COLUMNS", "Width of lines where the output is no terminal."},
    Term{"OMP_WAIT_POLICY", "PASSIVE lets threads that wait sleep: for machines that are shared."}};

constexpr std::array kExitStatus = {
    Term{"0", "Done."},
    Term{"1",
         "An error, told in one line on standard error; or a check of doctor, inspect, verify or verify-model "
         "found something."},
    Term{"75", "Stopped in order by SIGUSR1 or SIGTERM: the same command goes on."}};

void paragraphs(const std::string& text, std::ostream& out) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) out << ".PP\n" << roff_text(line) << "\n";
}

void write_options(const CommandEntry& entry, std::ostream& out) {
  for (const ListedOption& option : option_list(entry)) {
    out << ".TP\n\\fB" << roff_text("--" + option.name) << "\\fR";
    if (!option.value.empty()) out << " \\fI" << roff_text(option.value) << "\\fR";
    out << "\n" << roff_text(option.meaning);
    if (!option.otherwise.empty()) out << " (default: " << roff_text(option.otherwise) << ")";
    out << "\n";
  }
}

void write_command(const CommandEntry& entry, std::ostream& out) {
  out << ".SS " << roff_text("at2 " + entry.name + (entry.arguments.empty() ? "" : " ") + entry.arguments) << "\n"
      << roff_text(entry.summary) << ".\n";
  paragraphs(entry.description, out);
  write_options(entry, out);
  if (!entry.examples.empty()) out << ".PP\nExamples:\n";
  for (const CommandExample& example : entry.examples) {
    out << ".TP\n\\fB" << roff_text(example.line) << "\\fR\n" << roff_text(example.meaning) << "\n";
  }
}

template <std::size_t count>
void write_terms(const std::array<Term, count>& terms, std::ostream& out) {
  for (const Term& term : terms) {
    out << ".TP\n\\fB" << roff_text(term.name) << "\\fR\n" << roff_text(term.meaning) << "\n";
  }
}

void write_keys(std::ostream& out) {
  out << ".SH CONFIG KEYS\nWhat a config file and --set may say; at2 config \\-\\-dump\\-default shows the defaults.\n";
  for (const Key& key : all_keys()) {
    out << ".TP\n\\fB" << roff_text(key.path) << "\\fR\n"
        << roff_text(key.meaning) << ". Expected: " << roff_text(key.expected) << ".\n";
  }
}

}  // namespace

std::string roff_text(const std::string& text) {
  std::string safe;
  for (const char letter : text) {
    const bool begins = safe.empty() || safe.back() == '\n';
    if (begins && (letter == '.' || letter == '\'')) safe += "\\&";
    if (letter == '\\') {
      safe += "\\e";
    } else if (letter == '-') {
      safe += "\\-";
    } else if (letter == '\'') {
      safe += "\\(aq";
    } else {
      safe += letter;
    }
  }
  return safe;
}

std::string man_page() {
  std::ostringstream out;
  out << ".TH AT2 1 \"\" \"at2 " << roff_text(program_version()) << "\" \"User Commands\"\n"
      << ".SH NAME\nat2 \\- " << roff_text(kProgramSummary) << "\n"
      << ".SH SYNOPSIS\n.B at2\n.I COMMAND\n[\\fIOPTION\\fR]...\n"
      << ".SH DESCRIPTION\nat2 says which parts of its context an answer of a language model came from, and trains and "
         "evaluates the method on any number of ranks.\n"
      << ".SH COMMANDS\n";
  for (const CommandEntry& entry : command_table()) write_command(entry, out);
  write_keys(out);
  out << ".SH ENVIRONMENT\n";
  write_terms(kEnvironment, out);
  out << ".SH EXIT STATUS\n";
  write_terms(kExitStatus, out);
  return out.str();
}

}  // namespace at2
