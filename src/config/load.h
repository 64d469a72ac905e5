/// \file config/load.h
/// \brief From YAML and `--set` to RunOptions, and back to YAML.
///
/// The table of keys (config/keys.h) is the only description of what may be written: reading, overriding, checking and
/// dumping all walk through it.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "config/options.h"

namespace at2 {

/// Reads a config file. Later wins: defaults, then the file or the list of files named by `base:` (relative to the file
/// that names them; one that several share is applied once, where it is first named), then the file itself, then
/// `overrides` in order. `name` is the file's stem unless it is set. Paths of models and data
/// sets stay as written, so that relative ones are taken from the current directory of the program, not from the
/// file's. \param overrides  each "a.b=c", the argument of one `--set`; c is YAML, except that plain text needs no
/// quotes \throws UserError naming file and line (or `--set`) for: a file that cannot be read, broken YAML, an unknown
/// or
///         duplicate key, a wrong type, an impossible value, a cycle of `base:`, or options that contradict each other.
[[nodiscard]] RunOptions load_options(const std::filesystem::path& file, std::span<const std::string> overrides = {});

/// The options of `overrides` alone on top of `defaults`, without any file.
/// \throws UserError as load_options.
[[nodiscard]] RunOptions override_options(RunOptions defaults, std::span<const std::string> overrides);

/// Throws UserError unless every value is possible by itself and together with the others. load_options has called it.
void validate(const RunOptions& options);

/// All keys as YAML in a fixed order. load_options of the text gives equal options and an equal dump.
[[nodiscard]] std::string dump_options(const RunOptions& options);

/// The defaults as YAML, each key below a comment with its meaning and what may be written. To be run, it needs paths.
[[nodiscard]] std::string dump_default();

/// A key in which two sets of options differ, both values as YAML.
struct Difference {
  std::string key;
  std::string have;
  std::string want;
  bool operator==(const Difference&) const = default;
};

/// Keys in which `want` differs from `have`, in the order of the dump; empty if they are equal.
[[nodiscard]] std::vector<Difference> differences(const RunOptions& have, const RunOptions& want);

}  // namespace at2
