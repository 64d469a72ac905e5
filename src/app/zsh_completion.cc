#include <sstream>

#include "app/command_table.h"
#include "app/completion_parts.h"
#include "app/option_list.h"
#include "config/keys.h"

namespace at2 {
namespace {

/// Text between single quotes in which _arguments and _describe give a meaning to some letters.
std::string plain(const std::string& text) {
  std::string safe;
  for (const char letter : text) {
    if (letter == '[' || letter == ']' || letter == ':' || letter == '\\') safe += '\\';
    safe += letter == '\'' ? std::string("'\\''") : std::string(1, letter);
  }
  return safe;
}

std::string action_for(const std::string& value) {
  const Offer offer = offer_for(value);
  if (offer.kind == "file") return "_files";
  if (offer.kind == "folder") return "_files -/";
  if (offer.kind == "key") return "_at2_set";
  return offer.kind == "words" ? std::string("(").append(joined_words(offer.words)).append(")") : "";
}

/// What a value is called in zsh's messages.
std::string title_of(const std::string& value) { return words_of_value(value).empty() ? plain(value) : "choice"; }

void write_command(std::ostream& out, const CommandEntry& entry) {
  out << "    " << entry.name << ")\n      _arguments '--help[options and examples]'";
  for (const ListedOption& option : option_list(entry)) {
    out << " \\\n        '*--" << option.name << "[" << plain(option.meaning) << "]";
    if (!option.value.empty()) out << ":" << title_of(option.value) << ":" << action_for(option.value);
    out << "'";
  }
  const std::string word = positional_value(entry);
  if (!word.empty()) {
    out << " \\\n        '" << (entry.positional.most == 1 ? "1:" : "*:") << title_of(word) << ":" << action_for(word)
        << "'";
  }
  out << "\n      ;;\n";
}

void write_keys(std::ostream& out) {
  out << "_at2_set() {\n  if compset -P '*='; then\n    case ${IPREFIX%=} in\n";
  std::vector<std::string> paths;
  for (const Key& key : all_keys()) {
    paths.push_back(key.path);
    if (!key.words.empty()) out << "      *" << key.path << ") compadd -- " << joined_words(key.words) << " ;;\n";
  }
  out << "      *) _files ;;\n    esac\n  else\n    compadd -q -S = -- " << joined_words(paths) << "\n  fi\n}\n\n";
}

}  // namespace

std::string zsh_completion() {
  std::ostringstream out;
  out << "#compdef at2\n# zsh completion for at2, made by: at2 completion zsh\n\n";
  write_keys(out);
  out << "_at2() {\n  if ((CURRENT == 2)); then\n    local -a commands=(\n";
  for (const CommandEntry& entry : command_table()) {
    out << "      '" << entry.name << ":" << plain(entry.summary) << "'\n";
  }
  out << "    )\n    _describe -t commands command commands\n    return\n  fi\n"
         "  local command=$words[2]\n  shift words\n  ((CURRENT--))\n  case $command in\n";
  for (const CommandEntry& entry : command_table()) write_command(out, entry);
  // Found in $fpath the file is the function itself; read by source it has to be registered.
  out << "  esac\n}\n\nif [[ $funcstack[1] == _at2 ]]; then\n  _at2 \"$@\"\nelse\n  compdef _at2 at2\nfi\n";
  return out.str();
}

}  // namespace at2
