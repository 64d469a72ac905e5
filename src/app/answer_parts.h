/// \file app/answer_parts.h
/// \brief Between a question's documents and the parts of a prompt, and between spans of an answer and its tokens.
#pragma once

#include "app/responses.h"
#include "report/answer.h"
#include "serve/answer_engine.h"

namespace at2 {

/// The question as one user message: the documents as its passages; where there are none the query itself, or nothing
/// if thoughts can be what the answer came from.
/// \throws UserError naming a document or a query that is empty or not UTF-8
[[nodiscard]] Example example_of(const Question& question, Task task);

/// Whether the answer is attributed to the thoughts before it.
[[nodiscard]] Task task_of(const Question& question, const ChatFormat& chat);

/// Makes the spans that the question asks for the targets, in the order of the text; leaves the sentences where it asks
/// for none.
/// \throws UserError for a span that is not in the answer, and for spans that share a token
void choose_targets(const Question& question, AttributionInput& input);

/// The documents (for thoughts: and the thoughts) and where in them each source lies.
void place_sources(const Question& question, const AttributionInput& input, const Sources& sources,
                   AttributedAnswer& answer);

}  // namespace at2
