/// \file data/read_text.h
/// \brief Reads records that a test writes.
#pragma once

#include <string>
#include <vector>

#include "data/readers.h"
#include "support/test_files.h"

namespace at2 {

struct Outcome {
  std::vector<Example> examples;
  ReadReport report;
};

/// Bad records are borne unless the rules say otherwise, and records without a context kept.
inline constexpr ReadRules kLenient{.max_bad_fraction = 1, .without_context = WithoutContext::keep};

/// Writes `content` to a file "records" and reads it.
inline Outcome read_text(DatasetOptions options, const std::string& content, const ReadRules& rules = kLenient) {
  const TestFolder folder;
  options.path = folder.write("records", content).string();
  Outcome outcome;
  outcome.examples = read_examples(options, rules, outcome.report);
  return outcome;
}

inline Outcome read_text(DatasetFormat format, const std::string& content, const ReadRules& rules = kLenient) {
  DatasetOptions options;
  options.format = format;
  return read_text(options, content, rules);
}

inline std::string covered(const Example& example, CharRange range) {
  return example.content.substr(static_cast<std::size_t>(range.begin), static_cast<std::size_t>(range.size()));
}

inline std::vector<std::string> ids_of(const std::vector<Example>& examples) {
  std::vector<std::string> ids;
  for (const Example& example : examples) ids.push_back(example.id);
  return ids;
}

}  // namespace at2
