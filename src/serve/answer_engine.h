/// \file serve/answer_engine.h
/// \brief What the HTTP interface asks of the program: an answer with its sources.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/errors.h"
#include "base/ranges.h"
#include "config/options.h"
#include "report/answer.h"
#include "text/chat_template.h"

namespace at2 {

/// A question, what it is about, and how its answer is to be attributed.
struct Question {
  /// What the answer is attributed to; with none, the query itself is.
  std::vector<AnswerDocument> documents;
  std::string query;
  /// Turns of the conversation before the query, oldest first; "system", "user" or "assistant".
  std::vector<Message> history;
  /// A response to attribute instead of one that the model writes.
  std::optional<std::string> response;
  /// thought: the answer after "</think>" is attributed to the thoughts before it, and to the documents if there are
  /// any. Nothing = thought where the model thinks, or the given response closes a thought.
  std::optional<Task> task;
  SourceKind sources = SourceKind::sentence;
  /// None = the answer alone.
  std::vector<Method> methods = {Method::at2};
  std::int64_t esm_ablations = 32;
  std::int64_t max_new_tokens = 256;
  /// Spans of the answer to attribute: words of it, of which the first occurrence counts, and bytes of a given response
  /// (for thoughts: of the answer after them). Its sentences if there are neither.
  std::vector<std::string> spans;
  std::vector<CharRange> ranges;
};

/// Documents, conversation and answer together are longer than the model reads.
class TooLongError : public UserError {
 public:
  using UserError::UserError;
};

/// Called with each piece of text that the model writes, thoughts included. What it throws ends the answer and comes
/// out of AnswerEngine::answer.
using TextListener = std::function<void(std::string_view piece)>;

/// A model that answers and attributes. One call at a time.
class AnswerEngine {
 public:
  virtual ~AnswerEngine() = default;
  AnswerEngine(const AnswerEngine&) = delete;
  AnswerEngine& operator=(const AnswerEngine&) = delete;

  /// The model's name.
  [[nodiscard]] virtual std::string model_name() const = 0;
  /// Longest prompt and response together, in tokens.
  [[nodiscard]] virtual std::int64_t max_tokens() const = 0;
  /// \throws TooLongError if the texts have more tokens than max_tokens()
  /// \throws UserError for what else cannot be answered or attributed: an empty document, a text that is not UTF-8, a
  ///         span that is not in the answer, AT2 without an estimator
  [[nodiscard]] virtual AttributedAnswer answer(const Question& question, const TextListener& on_text) = 0;

 protected:
  AnswerEngine() = default;
};

}  // namespace at2
