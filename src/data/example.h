/// \file data/example.h
/// \brief One record of a data set, ready to be put to the model.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/ranges.h"

namespace at2 {

/// A question about a context, with the context's place in the user message. Ranges are bytes of `content`.
struct Example {
  /// Unique within its file: "dolly-17" (line 17) or "hotpotqa-<_id>".
  std::string id;
  /// The user message: the filled prompt template.
  std::string content;
  /// The whole context: everything that sources may be taken from.
  CharRange context;
  /// Its passages, in order and apart; one that is the whole context where the format has no passages.
  std::vector<CharRange> passages;
  std::string query;
  /// The data set's own answer, where it has one. AT2 attributes the model's answer instead.
  std::optional<std::string> response;
  bool operator==(const Example&) const = default;
};

}  // namespace at2
