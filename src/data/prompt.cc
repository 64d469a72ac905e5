#include "data/prompt.h"

#include <algorithm>
#include <string_view>

#include "base/errors.h"
#include "data/characters.h"
#include "data/prompt_frame.h"
#include "text/ranges.h"

namespace at2 {
namespace {

/// Tokens, or characters of several tokens, that are decoded with the next one.
constexpr std::size_t kTokensBefore = 4;

/// The bytes of the prompt that `part` of the message became; empty where the template left them out.
CharRange in_prompt(const FramedPrompt& framed, CharRange part) {
  const auto place = [&](std::int64_t byte) {
    return std::clamp(framed.content.begin - framed.skipped + byte, framed.content.begin, framed.content.end);
  };
  return {place(part.begin), place(part.end)};
}

/// Turns of the past are tokenized with the template's own words, so that such a spelling would end a turn.
void check_history(const Tokenizer& tokenizer, std::span<const Message> history) {
  for (const Message& turn : history) {
    if (tokenizer.encode(turn.content).ids == tokenizer.encode(turn.content, SpecialTokens::as_text).ids) continue;
    throw UserError("an earlier message of the conversation cannot be used",
                    "it spells out a special token of the model",
                    "leave that word out, or put the text into the last message or a document");
  }
}

}  // namespace

Prompt make_prompt(const Example& example, const ChatFormat& chat, const Tokenizer& tokenizer, std::int64_t max_tokens,
                   SpecialTokens in_content, std::span<const Message> history) {
  check_history(tokenizer, history);
  std::optional<FramedPrompt> framed = frame_prompt(chat, prompt_frame(chat, history), example.content, history);
  if (!framed) throw RecordError("the chat template changes the text", example.id);
  Prompt prompt;
  prompt.context = in_prompt(*framed, example.context);
  const bool bare = example.passages.empty();
  if (!bare && strip(covered(framed->text, prompt.context)).empty()) throw RecordError("empty context", example.id);
  for (const CharRange& passage : example.passages) {
    const CharRange chars = in_prompt(*framed, passage);
    if (chars.size() > 0) prompt.passages.push_back(chars);
  }
  Encoding encoding = in_content == SpecialTokens::as_text ? tokenizer.encode(framed->text, framed->content)
                                                           : tokenizer.encode(framed->text);
  if (std::ssize(encoding.ids) > max_tokens) {
    throw RecordError(kPromptTooLong, example.id + ": " + std::to_string(encoding.ids.size()) + " tokens, " +
                                          std::to_string(max_tokens) + " fit beside the response");
  }
  prompt.text = std::move(framed->text);
  prompt.tokens = std::move(encoding.ids);
  prompt.token_chars = std::move(encoding.ranges);
  if (!bare) prompt.context_tokens = tokens_of(prompt.token_chars, prompt.context);
  prompt.opens_thought = chat.thinks;
  return prompt;
}

TextPart context_part(const Prompt& prompt) {
  return {prompt.text, prompt.token_chars, prompt.context, prompt.context_tokens, prompt.passages};
}

Sources split_sources(const Example& example, const Prompt& prompt, SourceKind kind, const SentenceSplitter& splitter) {
  SplitPart split = split_part(context_part(prompt), kind, splitter);
  if (split.tokens.empty()) throw RecordError("context without sources", example.id);
  return {kind, std::string(covered(prompt.text, prompt.context)), std::move(split.chars), std::move(split.tokens)};
}

Response decode_response(const Tokenizer& tokenizer, std::span<const std::int64_t> tokens) {
  Response response;
  response.tokens.assign(tokens.begin(), tokens.end());
  response.text = tokenizer.decode(tokens, SkipSpecial::no);
  const std::string_view text = response.text;
  // Numbers of tokens after which a character is whole. What a token adds to the text is seen by decoding it with a few
  // tokens before it: decoders treat the begin of a text in their own way.
  std::vector<std::size_t> borders{0};
  std::int64_t begin = 0;
  for (std::size_t count = 1; count <= tokens.size(); ++count) {
    const std::size_t from = borders[borders.size() > kTokensBefore ? borders.size() - 1 - kTokensBefore : 0];
    const std::string known = tokenizer.decode(tokens.subspan(from, borders.back() - from), SkipSpecial::no);
    const std::string more = tokenizer.decode(tokens.subspan(from, count - from), SkipSpecial::no);
    std::int64_t end = std::ssize(text);
    if (count < tokens.size()) {
      // A token that ends inside a character waits for the rest of it.
      if (!more.starts_with(known)) continue;
      const std::string_view added = std::string_view(more).substr(known.size());
      if (!text.substr(static_cast<std::size_t>(begin)).starts_with(added)) continue;
      end = begin + std::ssize(added);
    }
    response.token_chars.resize(count, {begin, end});
    borders.push_back(count);
    begin = end;
  }
  return response;
}

Response encode_response(const Tokenizer& tokenizer, std::string text) {
  Encoding encoding = tokenizer.encode(text, SpecialTokens::as_text);
  return {std::move(text), std::move(encoding.ids), std::move(encoding.ranges)};
}

Targets split_targets(const Response& response, const SentenceSplitter& splitter) {
  if (response.tokens.empty() || strip(response.text).empty()) throw RecordError("empty response", "");
  return split_targets(
      {response.text, response.token_chars, {0, std::ssize(response.text)}, {0, std::ssize(response.tokens)}, {}},
      splitter);
}

Targets split_targets(const TextPart& part, const SentenceSplitter& splitter) {
  Targets targets;
  targets.text = covered(part.text, part.chars);
  std::vector<CharRange> sentences = splitter.split(targets.text);
  if (sentences.empty()) sentences = {{0, std::ssize(targets.text)}};
  // Two sentences may meet inside a token, which then belongs to the first.
  std::int64_t next = part.tokens.begin;
  for (const CharRange& chars : sentences) {
    TokenRange tokens = tokens_of(part.token_chars, {part.chars.begin + chars.begin, part.chars.begin + chars.end});
    tokens = {std::max(tokens.begin, next), std::min(tokens.end, part.tokens.end)};
    // A sentence without a token of its own has nothing to attribute.
    if (tokens.size() <= 0) continue;
    targets.chars.push_back(chars);
    targets.tokens.push_back(tokens);
    next = tokens.end;
  }
  return targets;
}

}  // namespace at2
