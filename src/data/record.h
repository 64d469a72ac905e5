/// \file data/record.h
/// \brief What a reader of a native format hands on.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace at2 {

/// The texts of a record, before they are put into a template.
struct RecordTexts {
  /// The record's own; empty where the format has none: then its place in the file becomes it.
  std::string id = {};
  /// Parts of the context, in order; empty where the record has no context.
  std::vector<std::string> passages = {};
  std::string query = {};
  /// Lines below the query: answers to choose from.
  std::vector<std::string> options = {};
  /// The data set's own answer.
  std::optional<std::string> answer = {};
  /// A response to attribute instead of a generated one.
  std::optional<std::string> response = {};
  /// Passages that hold the answer, where the data set says so: indices into `passages`.
  std::vector<std::int64_t> supporting = {};
};

/// The texts of a record, or a reason why it does not belong to the task.
struct ParsedRecord {
  std::optional<RecordTexts> texts;
  std::string filtered_because;
};

inline constexpr const char* kNoContext = "no context";

/// A record that does not belong to the task.
[[nodiscard]] inline ParsedRecord filtered(std::string reason) { return {std::nullopt, std::move(reason)}; }

/// Takes one record of a file: the line on which it starts, and what parses it. A RecordError of `parse` makes it a
/// faulty one.
using TakeRecord = std::function<void(std::int64_t line, const std::function<ParsedRecord()>& parse)>;

}  // namespace at2
