#include "data/thought.h"

#include <algorithm>
#include <optional>
#include <string_view>

#include "base/errors.h"
#include "data/characters.h"
#include "data/text_part.h"
#include "text/prompt_ends.h"
#include "text/ranges.h"

namespace at2 {
namespace {

/// `range` without the white space at its ends.
CharRange stripped(std::string_view text, CharRange range) {
  const std::string_view inner = strip(covered(text, range));
  if (inner.empty()) return {range.begin, range.begin};
  const std::int64_t begin = inner.data() - text.data();
  return {begin, begin + std::ssize(inner)};
}

[[noreturn]] void refuse(const Example& example, const char* reason, const char* detail) {
  throw RecordError(reason, example.id + ": " + detail);
}

CharRange range_of(std::size_t begin, std::size_t end) {
  return {static_cast<std::int64_t>(begin), static_cast<std::int64_t>(end)};
}

/// The byte after the tags that open the thought; 0 if the prompt alone has one. Nothing if there is none.
std::optional<std::size_t> after_opening(std::string_view text, bool is_in_prompt) {
  std::size_t begin = 0;
  if (!is_in_prompt) {
    const std::size_t open = text.find(thought_open);
    if (open == std::string_view::npos) return std::nullopt;
    begin = open + thought_open.size();
  }
  for (;;) {
    const std::string_view rest = strip(text.substr(begin));
    if (!rest.starts_with(thought_open)) return begin;
    begin = static_cast<std::size_t>(rest.data() - text.data()) + thought_open.size();
  }
}

/// The tokens that hold a character of `chars`, as far as they lie in `allowed`.
TokenRange tokens_within(const Response& response, CharRange chars, TokenRange allowed) {
  const TokenRange tokens = tokens_of(response.token_chars, chars);
  return {std::max(tokens.begin, allowed.begin), std::min(tokens.end, allowed.end)};
}

}  // namespace

Thought find_thought(const Example& example, const Prompt& prompt, const Response& response, ResponseEnd end) {
  const std::string_view text = response.text;
  const std::optional<std::size_t> begin = after_opening(text, prompt.opens_thought);
  if (!begin) refuse(example, "no thought", "the response has no <think>");
  const std::size_t close = text.find(thought_close, *begin);
  if (close == std::string_view::npos) refuse(example, "unfinished thought", "the response has no </think>");
  if (end == ResponseEnd::cut_off) refuse(example, "unfinished answer", "the response was cut off after </think>");
  Thought thought;
  thought.thoughts = stripped(text, range_of(*begin, close));
  thought.answer = stripped(text, range_of(close + thought_close.size(), text.size()));
  if (thought.thoughts.size() == 0) refuse(example, "no thought", "there is nothing before </think>");
  if (thought.answer.size() == 0) refuse(example, "empty answer", "there is nothing after </think>");
  const auto tokens_of_tag = [&](std::size_t at, std::string_view tag) {
    return tokens_of(response.token_chars, range_of(at, at + tag.size()));
  };
  const std::int64_t first = *begin == 0 ? 0 : tokens_of_tag(*begin - thought_open.size(), thought_open).end;
  const TokenRange closing = tokens_of_tag(close, thought_close);
  thought.thought_tokens = tokens_within(response, thought.thoughts, {first, closing.begin});
  thought.answer_tokens = tokens_within(response, thought.answer, {closing.end, std::ssize(response.tokens)});
  if (thought.thought_tokens.size() <= 0) refuse(example, "no thought", "it has no token apart from its tags");
  if (thought.answer_tokens.size() <= 0) refuse(example, "empty answer", "it has no token apart from </think>");
  return thought;
}

Sources split_thought_sources(const Prompt& prompt, const Response& response, const Thought& thought, SourceKind kind,
                              const SentenceSplitter& splitter) {
  Sources sources;
  sources.kind = kind;
  if (prompt.context.size() > 0) {
    SplitPart context = split_part(context_part(prompt), kind, splitter);
    sources = {kind, std::string(covered(prompt.text, prompt.context)) + "\n\n", std::move(context.chars),
               std::move(context.tokens)};
  }
  const TextPart part{
      response.text, response.token_chars, thought.thoughts, thought.thought_tokens, {thought.thoughts}};
  SplitPart thoughts = split_part(part, kind, splitter);
  if (thoughts.tokens.empty()) thoughts = {{{0, thought.thoughts.size()}}, {thought.thought_tokens}};
  const std::int64_t first_char = std::ssize(sources.text);
  const std::int64_t first_token = std::ssize(prompt.tokens);
  sources.text += covered(response.text, thought.thoughts);
  for (std::size_t s = 0; s < thoughts.tokens.size(); ++s) {
    const CharRange chars = thoughts.chars[s];
    const TokenRange tokens = thoughts.tokens[s];
    sources.chars.push_back({first_char + chars.begin, first_char + chars.end});
    sources.tokens.push_back({first_token + tokens.begin, first_token + tokens.end});
  }
  return sources;
}

Targets split_answer(const Response& response, const Thought& thought, const SentenceSplitter& splitter) {
  return split_targets({response.text, response.token_chars, thought.answer, thought.answer_tokens, {}}, splitter);
}

}  // namespace at2
