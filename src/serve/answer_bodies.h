/// \file serve/answer_bodies.h
/// \brief Answers as JSON: OpenAI's completions and their chunks, citations, attributions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "report/answer.h"
#include "report/citations.h"

namespace at2 {

/// What all chunks of an answer have in common.
struct CompletionName {
  std::string id;
  std::string model;
  /// Seconds since 1970.
  std::int64_t created = 0;
};

/// Citations as a client wants them.
struct CitationView {
  CitationOptions options;
  /// Documents that the client gave: thoughts are one more.
  std::size_t given_documents = 0;
};

/// A completion, with `citations` of the first method where they are wanted: for each sentence {begin, end, text,
/// sources: [{document, name, begin, end, text, score, share}]}, offsets in code points; and `thoughts` where the
/// answer came after some.
[[nodiscard]] std::string completion_json(const CompletionName& name, const AttributedAnswer& answer,
                                          const std::optional<CitationView>& citations);

/// The chunks of a stream, each an event of its own ("data: ...\n\n").
[[nodiscard]] std::string first_chunk(const CompletionName& name);
[[nodiscard]] std::string text_chunk(const CompletionName& name, std::string_view piece);
[[nodiscard]] std::string last_chunk(const CompletionName& name, const AttributedAnswer& answer);
[[nodiscard]] std::string citations_chunk(const CompletionName& name, const AttributedAnswer& answer,
                                          const CitationView& citations);
[[nodiscard]] std::string usage_chunk(const CompletionName& name, const AttributedAnswer& answer);
/// \param json  a fault (fault_json)
[[nodiscard]] std::string fault_event(std::string_view json);
/// Ends a stream.
[[nodiscard]] std::string done_event();

/// The answer as in report/answer_json.h, and `citations` {method: as above}.
[[nodiscard]] std::string attribution_json(const AttributedAnswer& answer, const CitationOptions& options);

}  // namespace at2
