/// \file data/prompt.h
/// \brief From an example to the model's tokens, and from parts of the context to token ranges.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/ranges.h"
#include "config/options.h"
#include "data/example.h"
#include "data/text_part.h"
#include "text/chat_template.h"
#include "text/sentences.h"
#include "text/tokenizer.h"

namespace at2 {

/// An example as the model reads it. Character ranges are bytes of `text`.
struct Prompt {
  std::string text;
  std::vector<std::int64_t> tokens;
  std::vector<CharRange> token_chars;
  /// Empty, like what follows, where the example has no context.
  CharRange context;
  /// Passages of the context, without those that have no characters.
  std::vector<CharRange> passages;
  /// Tokens that hold a character of the context.
  TokenRange context_tokens;
  /// Whether it ends with "<think>" and a line break, so that a response begins with thoughts.
  bool opens_thought = false;
};

/// The reason of the RecordError for a prompt with too many tokens.
inline constexpr const char* kPromptTooLong = "prompt longer than the model allows";

/// Puts the example's content through the chat template as one user message and tokenizes it. The place of the content
/// is known by construction (data/prompt_frame.h); white space at its ends that the template leaves out is in no range.
/// The prompt has its beginning-of-sequence token once, and for a model that thinks it ends with "<think>\n".
/// \param in_content  by default the spelling of a special token in the content is text, which cannot end the user's
///                    turn; `parse` makes it the special token
/// \param history     turns of the conversation before the message. A spelling of a special token in them is refused
/// \throws RecordError if the context is empty, the template changes the content by more than white space at its ends,
///         or the prompt has more than `max_tokens` tokens.
/// \throws UserError if the template cannot carry a user message unchanged, or refuses this one.
[[nodiscard]] Prompt make_prompt(const Example& example, const ChatFormat& chat, const Tokenizer& tokenizer,
                                 std::int64_t max_tokens, SpecialTokens in_content = SpecialTokens::as_text,
                                 std::span<const Message> history = {});

/// The context as a stretch of the prompt. It refers to `prompt`, which must outlive it.
[[nodiscard]] TextPart context_part(const Prompt& prompt);

/// Parts that can be hidden: bytes of `text`, tokens of the whole sequence.
struct Sources {
  SourceKind kind = SourceKind::token;
  /// What the parts were taken from, without what stands between.
  std::string text;
  std::vector<CharRange> chars;
  std::vector<TokenRange> tokens;
};

/// The parts of the context of `prompt` (split_part), whose text is the context. A token that is in two parts is hidden
/// by hiding either.
/// \throws RecordError if there is none.
[[nodiscard]] Sources split_sources(const Example& example, const Prompt& prompt, SourceKind kind,
                                    const SentenceSplitter& splitter);

/// A response as tokens and text. Character ranges are bytes of `text`.
struct Response {
  std::string text;
  std::vector<std::int64_t> tokens;
  std::vector<CharRange> token_chars;
};

/// The text of generated tokens, and which characters each of them wrote. Tokens that only together make a character
/// share its range. The tokens stay those that the model generated, also where the tokenizer would cut their text in
/// another way.
[[nodiscard]] Response decode_response(const Tokenizer& tokenizer, std::span<const std::int64_t> tokens);

/// A given text as the model's response.
[[nodiscard]] Response encode_response(const Tokenizer& tokenizer, std::string text);

/// The parts of a response that are attributed: its sentences, or all of it where it has none.
struct Targets {
  /// The response, or the part of it that is attributed.
  std::string text;
  /// Bytes of `text`.
  std::vector<CharRange> chars;
  /// Tokens of the response.
  std::vector<TokenRange> tokens;
};

/// A token that reaches over the border of two sentences belongs to the first; a sentence without a token of its own
/// is none of the targets.
/// \throws RecordError if the response is empty.
[[nodiscard]] Targets split_targets(const Response& response, const SentenceSplitter& splitter);
/// The same for a stretch of a response. \pre it has a token
[[nodiscard]] Targets split_targets(const TextPart& part, const SentenceSplitter& splitter);

}  // namespace at2
