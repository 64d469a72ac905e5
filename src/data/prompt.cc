#include "data/prompt.h"

#include <algorithm>
#include <string_view>

#include "base/errors.h"
#include "text/ranges.h"

namespace at2 {
namespace {

constexpr std::string_view white_space = " \t\n\v\f\r";

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(white_space);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(white_space) - first + 1);
}

std::string render(const ChatFormat& chat, const std::string& content) {
  const std::vector<Message> messages = {{"user", content}};
  return chat.chat_template.render(messages, chat.tokens, GenerationPrompt::yes);
}

/// A rendered prompt, and how far the content's own byte 0 lies from the text's (it may be before a trimmed start).
struct Rendered {
  std::string text;
  std::int64_t content_begin = 0;
  std::int64_t content_end = 0;
};

Rendered render_with_place(const ChatFormat& chat, const std::string& content) {
  // What the template puts around any content, seen on a content that no template changes.
  const std::string probe = "at2probe";
  const std::string around = render(chat, probe);
  const std::size_t at = around.find(probe);
  Rendered rendered{render(chat, content), 0, 0};
  const std::string_view before = std::string_view(around).substr(0, std::min(at, around.size()));
  const std::string_view after = at == std::string::npos ? "" : std::string_view(around).substr(at + probe.size());
  const std::string_view text = rendered.text;
  if (at != std::string::npos && text.size() >= before.size() + after.size() && text.starts_with(before) &&
      text.ends_with(after)) {
    const std::string_view body = text.substr(before.size(), text.size() - before.size() - after.size());
    const std::int64_t begin = static_cast<std::int64_t>(before.size());
    if (body == content) return {rendered.text, begin, begin + std::ssize(content)};
    if (body == trimmed(content)) {
      const auto skipped = static_cast<std::int64_t>(content.find_first_not_of(white_space));
      return {rendered.text, begin - skipped, begin + std::ssize(body)};
    }
  }
  throw UserError("the model's chat template cannot be used", "it changes the text of the user's message",
                  "use a model whose template keeps it");
}

}  // namespace

Prompt make_prompt(const Example& example, const ChatFormat& chat, const Tokenizer& tokenizer,
                   std::int64_t max_tokens) {
  Rendered rendered = render_with_place(chat, example.content);
  Prompt prompt;
  prompt.context = {rendered.content_begin + example.context.begin, rendered.content_begin + example.context.end};
  prompt.context.end = std::min(prompt.context.end, rendered.content_end);
  prompt.text = std::move(rendered.text);
  const std::string_view context =
      std::string_view(prompt.text)
          .substr(static_cast<std::size_t>(prompt.context.begin),
                  static_cast<std::size_t>(std::max<std::int64_t>(0, prompt.context.size())));
  if (trimmed(context).empty()) throw RecordError("empty context", example.id);
  Encoding encoding = tokenizer.encode(prompt.text);
  if (std::ssize(encoding.ids) > max_tokens) {
    throw RecordError("prompt longer than the model allows", example.id + ": " + std::to_string(encoding.ids.size()) +
                                                                 " tokens, " + std::to_string(max_tokens) +
                                                                 " fit beside the response");
  }
  prompt.tokens = std::move(encoding.ids);
  prompt.token_chars = std::move(encoding.ranges);
  prompt.context_tokens = tokens_of(prompt.token_chars, prompt.context);
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
    if (kind == SourceKind::sentence) {
      sources.chars = splitter.split(
          std::string_view(prompt.text)
              .substr(static_cast<std::size_t>(origin), static_cast<std::size_t>(prompt.context.size())));
    } else {
      for (const CharRange& passage : example.passages) {
        const CharRange chars{passage.begin - example.context.begin,
                              std::min(passage.end - example.context.begin, prompt.context.size())};
        if (chars.size() > 0) sources.chars.push_back(chars);
      }
    }
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
  if (response.tokens.empty() || trimmed(response.text).empty()) throw RecordError("empty response", "");
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
