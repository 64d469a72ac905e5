/// \file data/thought.h
/// \brief Where a response thinks and where it answers (thought attribution: paper, section 4.2).
#pragma once

#include "base/ranges.h"
#include "data/prompt.h"

namespace at2 {

/// A response that thinks and then answers. Characters are bytes of the response's text, without white space at their
/// ends; tokens are of the response. A token that holds a character of "<think>" or "</think>" is in neither range.
struct Thought {
  CharRange thoughts;
  TokenRange thought_tokens;
  CharRange answer;
  TokenRange answer_tokens;
  bool operator==(const Thought&) const = default;
};

/// Whether a response came to its end.
enum class ResponseEnd { reached, cut_off };

/// The thoughts begin after the first "<think>", or with the response if the prompt ends with that tag (there a
/// response may repeat it), and end at the first "</think>" after. What follows is the answer.
/// \throws RecordError "no thought" if nothing was opened or nothing but white space was thought, "unfinished thought"
/// if
///         it is not closed, "unfinished answer" if the response was cut off after it, "empty answer" if nothing
///         follows.
[[nodiscard]] Thought find_thought(const Example& example, const Prompt& prompt, const Response& response,
                                   ResponseEnd end);

/// Parts of the context, where there is one, and of the thoughts, in order. Their text is the context, a blank line and
/// the thoughts; their tokens count from the start of the prompt. All thoughts are one passage. Thoughts in which
/// nothing of that kind is found are one source.
[[nodiscard]] Sources split_thought_sources(const Prompt& prompt, const Response& response, const Thought& thought,
                                            SourceKind kind, const SentenceSplitter& splitter);

/// The sentences of the answer.
[[nodiscard]] Targets split_answer(const Response& response, const Thought& thought, const SentenceSplitter& splitter);

}  // namespace at2
