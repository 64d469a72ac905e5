/// \file config/yaml_file.h
/// \brief Reading YAML strictly: which key gets which value, and where it says so.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "config/keys.h"

namespace at2 {

/// A value given to a key, and the place ("run.yaml:12" or "--set a.b=c") to name in messages.
struct Assignment {
  const Key* key = nullptr;
  Value value;
  std::string place;
};

/// What one config file says, in its order, without its bases.
struct ConfigFile {
  /// In the order in which they are applied.
  std::vector<std::string> bases;
  std::string base_place;
  std::vector<Assignment> assignments;
};

/// \throws UserError naming file and line for unreadable files, broken YAML, unknown or repeated keys and values that
/// are
///         neither a word nor a list of words.
[[nodiscard]] ConfigFile read_config_file(const std::filesystem::path& file);

/// What one `--set` argument "a.b=c" says.
/// \throws UserError naming the argument.
[[nodiscard]] Assignment parse_override(const std::string& argument);

/// Puts the value into the options.
/// \throws UserError naming the place and what was expected.
void apply(const Assignment& assignment, RunOptions& options);

}  // namespace at2
