/// \file app/option_list.h
/// \brief The options of a command as plain values, for completion and the man page.
#pragma once

#include <string>
#include <vector>

#include "app/command_entry.h"

namespace at2 {

struct ListedOption {
  /// Without the dashes.
  std::string name;
  /// What its value is called in help, without the default; empty where it takes none.
  std::string value;
  std::string otherwise;
  std::string meaning;
};

/// In the order of the help.
[[nodiscard]] std::vector<ListedOption> option_list(const CommandEntry& entry);

/// The words of a value that is called "a|b|c"; none for others.
[[nodiscard]] std::vector<std::string> words_of_value(const std::string& value);

/// What a value of the command's words without an option is called; empty where there are none.
[[nodiscard]] std::string positional_value(const CommandEntry& entry);

}  // namespace at2
