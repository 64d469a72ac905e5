#include <sstream>

#include "app/command_table.h"
#include "app/completion_parts.h"
#include "app/option_list.h"
#include "config/keys.h"

namespace at2 {
namespace {

/// The parts that do not depend on the tables. Each function leaves its answer in COMPREPLY.
constexpr const char* kFunctions = R"bash(
# $1: words, $2: what was typed. Of a list a,b only the last word is completed.
_at2_words() {
  local list='' typed=$2
  if [[ $2 == *,* ]]; then list=${2%,*}, typed=${2##*,}; fi
  mapfile -t COMPREPLY < <(compgen -P "$list" -W "$1" -- "$typed")
}

_at2_files() {
  mapfile -t COMPREPLY < <(compgen "$1" -- "$2")
  compopt -o filenames 2> /dev/null || :
}

# KEY=VALUE, where bash did not cut it at "=".
_at2_set() {
  if [[ $1 == *=* ]]; then
    mapfile -t COMPREPLY < <(compgen -P "${1%%=*}=" -W "$(_at2_key_words "${1%%=*}")" -- "${1#*=}")
  else
    mapfile -t COMPREPLY < <(compgen -S = -W "$_at2_keys" -- "$1")
    compopt -o nospace 2> /dev/null || :
  fi
}

#$1 : kind and words, $2 : what was typed
_at2_offer() {
  case $1 in
    file) _at2_files -f "$2" ;;
    folder) _at2_files -d "$2" ;;
    key) _at2_set "$2" ;;
    words*) _at2_words "${1#words}" "$2" ;;
  esac
}

_at2() {
  local IFS=$' \t\n'
  local at=$COMP_CWORD typed=${COMP_WORDS[COMP_CWORD]} command=${COMP_WORDS[1]}
  COMPREPLY=()
  if ((at == 1)); then
    _at2_words "$_at2_commands --help --version" "$typed"
    return
  fi
#As a rule bash cuts words at "=", which is then a word of its own.
  if [[ $typed == "=" ]]; then
    typed=
    at=$((at + 1))
  fi
  if [[ ${COMP_WORDS[at - 1]} == "=" ]]; then
    local name=${COMP_WORDS[at - 2]}
    if [[ ${COMP_WORDS[at - 3]} == --set ]]; then
      _at2_words "$(_at2_key_words "$name")" "$typed"
    else
      _at2_offer "$(_at2_value_of "$command" "$name")" "$typed"
    fi
    return
  fi
  local value
  value=$(_at2_value_of "$command" "${COMP_WORDS[at - 1]}")
  if [[ -n $value ]]; then
    _at2_offer "$value" "$typed"
  elif [[ $typed == -* ]]; then
    _at2_words "$(_at2_options_of "$command") --help" "$typed"
  else
    _at2_offer "$(_at2_value_of "$command" word)" "$typed"
  fi
}

complete -F _at2 at2
)bash";

void write_case(std::ostream& out, const std::string& pattern, const std::string& answer) {
  out << "    " << pattern << ") echo \"" << answer << "\" ;;\n";
}

void write_options(std::ostream& out) {
  out << "\n_at2_options_of() {\n  case $1 in\n";
  for (const CommandEntry& entry : command_table()) {
    std::vector<std::string> names;
    for (const ListedOption& option : option_list(entry)) names.push_back("--" + option.name);
    if (!names.empty()) write_case(out, entry.name, joined_words(names));
  }
  out << "  esac\n}\n";
}

/// Options whose value is free text are in the table, too: nothing is offered, and no word of the command's either.
void write_values(std::ostream& out) {
  const auto answer_of = [](const std::string& value) {
    const Offer offer = offer_for(value);
    return offer.words.empty() ? offer.kind : offer.kind + " " + joined_words(offer.words);
  };
  out << "\n# What the value of an option ($2) is, or \"word\": a word without an option.\n"
         "_at2_value_of() {\n  case $1:$2 in\n";
  for (const CommandEntry& entry : command_table()) {
    for (const ListedOption& option : option_list(entry)) {
      if (!option.value.empty()) write_case(out, entry.name + ":--" + option.name, answer_of(option.value));
    }
    const std::string word = positional_value(entry);
    if (!word.empty()) write_case(out, entry.name + ":word", answer_of(word));
  }
  out << "  esac\n}\n";
}

void write_keys(std::ostream& out) {
  std::vector<std::string> paths;
  for (const Key& key : all_keys()) paths.push_back(key.path);
  out << "\n_at2_keys=\"" << joined_words(paths) << "\"\n\n_at2_key_words() {\n  case $1 in\n";
  for (const Key& key : all_keys()) {
    if (!key.words.empty()) write_case(out, key.path, joined_words(key.words));
  }
  out << "  esac\n}\n";
}

}  // namespace

Offer offer_for(const std::string& value) {
  if (value == "KEY=VALUE") return {"key", {}};
  if (value == "FILE" || value == "CONFIG" || value == "MODEL" || value == "PATH") return {"file", {}};
  if (value == "DIR" || value == "RUN") return {"folder", {}};
  if (value == "COMMAND") {
    std::vector<std::string> names;
    for (const CommandEntry& entry : command_table()) names.push_back(entry.name);
    return {"words", names};
  }
  const std::vector<std::string> words = words_of_value(value);
  return words.empty() ? Offer{"text", {}} : Offer{"words", words};
}

std::string bash_completion() {
  std::ostringstream out;
  out << "# bash completion for at2, made by: at2 completion bash\n\n_at2_commands=\""
      << joined_words(offer_for("COMMAND").words) << "\"\n";
  write_options(out);
  write_values(out);
  write_keys(out);
  out << kFunctions;
  return out.str();
}

}  // namespace at2
