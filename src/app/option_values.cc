#include "app/option_values.h"

#include <sstream>

namespace at2 {
namespace {

std::string see_help(const CommandEntry& entry) { return "see at2 help " + entry.name; }

[[noreturn]] void refuse_option(const CommandEntry& entry, const std::string& wrong) {
  const po::options_description options = entry.options();
  std::vector<std::string> names = {"--help"};
  for (const auto& option : options.options()) names.push_back("--" + option->long_name());
  const std::vector<std::string_view> words(names.begin(), names.end());
  throw UserError("at2 " + entry.name + " knows no option " + wrong, "it may be one of another command",
                  did_you_mean(wrong, words, see_help(entry)));
}

}  // namespace

po::variables_map parse_options(const CommandEntry& entry, const std::vector<std::string>& words) {
  const po::options_description options = entry.options();
  po::positional_options_description places;
  if (entry.positional.option != nullptr) places.add(entry.positional.option, entry.positional.most);
  po::variables_map values;
  // No guessing of abbreviations: a script must not change its meaning when an option is added.
  const int style = po::command_line_style::unix_style & ~po::command_line_style::allow_guessing;
  try {
    po::store(po::command_line_parser(words).options(options).positional(places).style(style).run(), values);
    po::notify(values);
  } catch (const po::unknown_option& error) {
    refuse_option(entry, error.get_option_name());
  } catch (const po::error& error) {
    throw UserError("cannot read the command line of at2 " + entry.name, error.what(), see_help(entry));
  }
  return values;
}

std::optional<std::string> optional_text(const po::variables_map& values, const char* option) {
  if (values.count(option) == 0) return std::nullopt;
  return values[option].as<std::string>();
}

std::vector<std::string> all_texts(const po::variables_map& values, const char* option) {
  if (values.count(option) == 0) return {};
  return values[option].as<std::vector<std::string>>();
}

std::vector<std::string> comma_words(const po::variables_map& values, const char* option) {
  std::vector<std::string> words;
  std::istringstream list(optional_text(values, option).value_or(""));
  for (std::string word; std::getline(list, word, ',');) words.push_back(word);
  return words;
}

OutputFormat output_format_of(const po::variables_map& values) {
  const auto& word = values["format"].as<std::string>();
  if (word != "text" && word != "json") refuse_choice("format", word, {"text", "json"});
  return word == "json" ? OutputFormat::json : OutputFormat::text;
}

void refuse_word(const std::string& option, const std::string& word, const std::string& expected) {
  throw UserError("--" + option + " " + word + " is impossible", "expected " + expected, "correct the value");
}

void refuse_choice(const std::string& option, const std::string& word, const std::vector<std::string_view>& possible) {
  std::string list;
  for (const std::string_view one : possible) list.append(list.empty() ? "" : ", ").append(one);
  throw UserError("--" + option + " " + word + " is not known", "possible: " + list,
                  did_you_mean(word, possible, "use one of these"));
}

}  // namespace at2
