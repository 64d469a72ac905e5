/// \file app/examples_file.h
/// \brief The chosen examples of a run, kept in its folder: a data set is read through once, by one rank.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "config/options.h"
#include "data/example.h"
#include "data/readers.h"

namespace at2 {

/// What was chosen from a data set, and what became of its records.
struct ChosenExamples {
  std::vector<Example> examples;
  ReadReport report;
};

/// All that the choice depends on: options, rules, and name, size and time of change of every file.
/// \throws UserError if there is no file
[[nodiscard]] std::string choice_fingerprint(const DatasetOptions& options, const ReadRules& rules);

/// Writes the file whole. \throws UserError if it cannot be written
void write_chosen(const std::filesystem::path& file, const std::string& fingerprint, const ChosenExamples& chosen);

/// What write_chosen wrote; nothing if there is no such file, or it is of another choice.
/// \throws UserError naming `file` if it is damaged
[[nodiscard]] std::optional<ChosenExamples> read_chosen(const std::filesystem::path& file,
                                                        const std::string& fingerprint);

/// What write_chosen wrote, whatever it was chosen from.
/// \throws UserError naming `file` if it is missing or damaged
[[nodiscard]] ChosenExamples read_chosen(const std::filesystem::path& file);

/// Digest of everything that the examples say.
[[nodiscard]] std::string fingerprint_of(const std::vector<Example>& examples);

/// "3 of 16 evaluation examples are training examples, too: theta has seen what it is measured on"; or nothing.
[[nodiscard]] std::string overlap_text(std::span<const Example> train, std::span<const Example> evaluation);

}  // namespace at2
