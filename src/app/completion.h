/// \file app/completion.h
/// \brief Shell completion, made from the table of commands and the table of config keys.
#pragma once

#include <string>

namespace at2 {

enum class Shell { bash, zsh };

/// A script for the shell to read: commands, options, words of values, config keys after --set, files and folders.
[[nodiscard]] std::string completion_script(Shell shell);

}  // namespace at2
