#include "data/prompt.h"

#include <algorithm>
#include <string_view>

#include "base/errors.h"
#include "data/characters.h"
#include "data/prompt_frame.h"
#include "text/ranges.h"

namespace at2 {
namespace {

/// The bytes of the prompt that `part` of the message became; empty where the template left them out.
CharRange in_prompt(const FramedPrompt& framed, CharRange part) {
  const auto place = [&](std::int64_t byte) {
    return std::clamp(framed.content.begin - framed.skipped + byte, framed.content.begin, framed.content.end);
  };
  return {place(part.begin), place(part.end)};
}

std::string_view covered(std::string_view text, CharRange range) {
  return text.substr(static_cast<std::size_t>(range.begin), static_cast<std::size_t>(range.size()));
}

/// The parts of the context, none of which is a token. Bytes of the context.
std::vector<CharRange> parts_of(const Prompt& prompt, SourceKind kind, const SentenceSplitter& splitter) {
  const std::string_view context = covered(prompt.text, prompt.context);
  if (kind == SourceKind::word) return split_words(context);
  if (kind == SourceKind::sentence) return splitter.split(context);
  if (kind == SourceKind::paragraph) return split_paragraphs(context);
  std::vector<CharRange> passages;
  for (const CharRange& passage : prompt.passages) {
    passages.push_back({passage.begin - prompt.context.begin, passage.end - prompt.context.begin});
  }
  return passages;
}

}  // namespace

Prompt make_prompt(const Example& example, const ChatFormat& chat, const Tokenizer& tokenizer, std::int64_t max_tokens,
                   SpecialTokens in_content) {
  std::optional<FramedPrompt> framed = frame_prompt(chat, prompt_frame(chat), example.content);
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
    throw RecordError("prompt longer than the model allows", example.id + ": " + std::to_string(encoding.ids.size()) +
                                                                 " tokens, " + std::to_string(max_tokens) +
                                                                 " fit beside the response");
  }
  prompt.text = std::move(framed->text);
  prompt.tokens = std::move(encoding.ids);
  prompt.token_chars = std::move(encoding.ranges);
  if (!bare) prompt.context_tokens = tokens_of(prompt.token_chars, prompt.context);
  return prompt;
}

Sources split_sources(const Example& example, const Prompt& prompt, SourceKind kind, const SentenceSplitter& splitter) {
  Sources sources;
  sources.kind = kind;
  const std::int64_t origin = prompt.context.begin;
  if (kind == SourceKind::token) {
    for (std::int64_t t = prompt.context_tokens.begin; t < prompt.context_tokens.end; ++t) {
      const CharRange chars = prompt.token_chars[static_cast<std::size_t>(t)];
      sources.tokens.push_back({t, t + 1});
      sources.chars.push_back(
          {std::max(chars.begin, prompt.context.begin) - origin, std::min(chars.end, prompt.context.end) - origin});
    }
  } else {
    sources.chars = parts_of(prompt, kind, splitter);
    for (const CharRange& chars : sources.chars) {
      sources.tokens.push_back(tokens_of(prompt.token_chars, {origin + chars.begin, origin + chars.end}));
    }
  }
  if (sources.tokens.empty()) throw RecordError("context without sources", example.id);
  return sources;
}

Response decode_response(const Tokenizer& tokenizer, std::span<const std::int64_t> tokens) {
  Response response;
  response.tokens.assign(tokens.begin(), tokens.end());
  response.text = tokenizer.decode(tokens, SkipSpecial::no);
  std::int64_t begin = 0;
  std::size_t first_open = 0;
  // A prefix whose text is not a prefix of the whole ends inside a character: its last tokens wait for the rest.
  for (std::size_t count = 1; count <= tokens.size(); ++count) {
    const std::string prefix =
        count == tokens.size() ? response.text : tokenizer.decode(tokens.first(count), SkipSpecial::no);
    if (!response.text.starts_with(prefix)) continue;
    const CharRange range{begin, std::ssize(prefix)};
    for (; first_open < count; ++first_open) response.token_chars.push_back(range);
    begin = range.end;
  }
  return response;
}

Response encode_response(const Tokenizer& tokenizer, std::string text) {
  Encoding encoding = tokenizer.encode(text, SpecialTokens::as_text);
  return {std::move(text), std::move(encoding.ids), std::move(encoding.ranges)};
}

Targets split_targets(const Response& response, const SentenceSplitter& splitter) {
  if (response.tokens.empty() || strip(response.text).empty()) throw RecordError("empty response", "");
  Targets targets;
  targets.chars = splitter.split(response.text);
  if (targets.chars.empty()) {
    targets.chars = {{0, std::ssize(response.text)}};
  }
  for (const CharRange& chars : targets.chars) {
    TokenRange range = tokens_of(response.token_chars, chars);
    // Two sentences may meet inside a token, which then belongs to the first.
    if (!targets.tokens.empty()) range.begin = std::max(range.begin, targets.tokens.back().end);
    targets.tokens.push_back(range);
  }
  // A sentence without a token of its own has nothing to attribute.
  for (std::size_t i = targets.tokens.size(); i-- > 0;) {
    if (targets.tokens[i].size() > 0) continue;
    targets.tokens.erase(targets.tokens.begin() + static_cast<std::ptrdiff_t>(i));
    targets.chars.erase(targets.chars.begin() + static_cast<std::ptrdiff_t>(i));
  }
  return targets;
}

}  // namespace at2
