#include "app/option_list.h"

#include <sstream>

#include "app/option_values.h"

namespace at2 {
namespace {

ListedOption listed(const po::option_description& option) {
  ListedOption one{.name = option.long_name(), .value = "", .otherwise = "", .meaning = option.description()};
  if (option.semantic()->max_tokens() == 0) return one;
  // Boost puts the default behind the name: "FILE (=here)".
  const std::string name = option.semantic()->name();
  const std::size_t bracket = name.find(" (=");
  one.value = name.substr(0, bracket);
  if (bracket != std::string::npos) one.otherwise = name.substr(bracket + 3, name.size() - bracket - 4);
  return one;
}

}  // namespace

std::vector<ListedOption> option_list(const CommandEntry& entry) {
  const po::options_description options = entry.options();
  std::vector<ListedOption> list;
  for (const auto& option : options.options()) list.push_back(listed(*option));
  return list;
}

std::vector<std::string> words_of_value(const std::string& value) {
  if (value.find('|') == std::string::npos) return {};
  std::vector<std::string> words;
  std::istringstream rest(value);
  for (std::string word; std::getline(rest, word, '|');) words.push_back(word);
  return words;
}

std::string positional_value(const CommandEntry& entry) {
  if (entry.positional.option == nullptr) return "";
  for (const ListedOption& option : option_list(entry)) {
    if (option.name == entry.positional.option) return option.value;
  }
  return "";
}

}  // namespace at2
