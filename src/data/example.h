/// \file data/example.h
/// \brief One record of a data set, ready to be put to the model.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/ranges.h"

namespace at2 {

/// A question, most often about a context, with the context's place in the user message. Ranges are bytes of `content`.
struct Example {
  /// Unique within its data set: "hotpotqa-<_id>", or "dolly-17" (line 17) where the format has no ids.
  std::string id;
  /// The user message: the filled prompt template.
  std::string content;
  /// The whole context: everything in the message that sources may be taken from. Empty where there is none.
  CharRange context;
  /// Its passages, in order and apart; one that is the whole context where the format has no passages.
  std::vector<CharRange> passages;
  std::string query;
  /// The data set's own answer, where it has one: nothing that is attributed.
  std::optional<std::string> answer = {};
  /// A response of the user's, which is attributed instead of a generated one.
  std::optional<std::string> response = {};
  /// Passages that hold the answer, where the data set says so: indices into `passages`.
  std::vector<std::int64_t> supporting = {};
  bool operator==(const Example&) const = default;
};

}  // namespace at2
