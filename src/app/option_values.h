/// \file app/option_values.h
/// \brief Parts that the option tables share: options, their values, and refusals.
#pragma once

#include <boost/program_options.hpp>
#include <optional>
#include <string>
#include <vector>

#include "app/command_entry.h"
#include "app/output_format.h"
#include "base/errors.h"
#include "base/nearest_word.h"
#include "config/enum_text.h"

namespace at2 {

namespace po = boost::program_options;

/// An option with a text, named `name` in its help: text("FILE").
[[nodiscard]] inline po::typed_value<std::string>* text(const std::string& name) {
  return po::value<std::string>()->value_name(name);
}

/// The same, repeatable.
[[nodiscard]] inline po::typed_value<std::vector<std::string>>* texts(const std::string& name) {
  return po::value<std::vector<std::string>>()->composing()->value_name(name);
}

/// An option with a whole number.
[[nodiscard]] inline po::typed_value<std::int64_t>* whole_number(std::int64_t otherwise) {
  return po::value<std::int64_t>()->default_value(otherwise)->value_name("N");
}

/// The words of an enum as a value's name: "cpu|cuda|auto".
template <typename Enum>
[[nodiscard]] std::string choices() {
  std::string list;
  for (const std::string_view word : enum_words<Enum>()) list.append(list.empty() ? "" : "|").append(word);
  return list;
}

/// The value of --format, which is text or json. \throws UserError if it is another word
[[nodiscard]] OutputFormat output_format_of(const po::variables_map& values);

/// What follows the command, as options of the entry.
/// \throws UserError naming the option that was probably meant
[[nodiscard]] po::variables_map parse_options(const CommandEntry& entry, const std::vector<std::string>& words);

/// The value of an option; nothing where it was not given.
[[nodiscard]] std::optional<std::string> optional_text(const po::variables_map& values, const char* option);

/// The values of a repeatable option; none where it was not given.
[[nodiscard]] std::vector<std::string> all_texts(const po::variables_map& values, const char* option);

/// "a,b" as words; none where the option was not given.
[[nodiscard]] std::vector<std::string> comma_words(const po::variables_map& values, const char* option);

/// \throws UserError "--option word is impossible (expected ...)"
[[noreturn]] void refuse_word(const std::string& option, const std::string& word, const std::string& expected);

/// \throws UserError naming the word that was probably meant
[[noreturn]] void refuse_choice(const std::string& option, const std::string& word,
                                const std::vector<std::string_view>& possible);

/// A word of an option as a value of an enum. \throws UserError if no value has it
template <typename Enum>
[[nodiscard]] Enum choice_of(const std::string& option, const std::string& word) {
  const auto value = from_text<Enum>(word);
  if (!value) refuse_choice(option, word, enum_words<Enum>());
  return *value;
}

/// The value of an option that is given or has a default, as a value of an enum. \throws UserError if no value has it
template <typename Enum>
[[nodiscard]] Enum choice_of(const po::variables_map& values, const char* option) {
  return choice_of<Enum>(option, values[option].as<std::string>());
}

}  // namespace at2
