#include "data/text_part.h"

#include <algorithm>

#include "data/characters.h"
#include "text/ranges.h"

namespace at2 {
namespace {

SplitPart single_tokens(const TextPart& part) {
  SplitPart split;
  for (std::int64_t t = part.tokens.begin; t < part.tokens.end; ++t) {
    const CharRange chars = part.token_chars[static_cast<std::size_t>(t)];
    split.tokens.push_back({t, t + 1});
    split.chars.push_back({std::max(chars.begin, part.chars.begin) - part.chars.begin,
                           std::min(chars.end, part.chars.end) - part.chars.begin});
  }
  return split;
}

/// Bytes of the stretch. None of these kinds is a token.
std::vector<CharRange> ranges_of(const TextPart& part, SourceKind kind, const SentenceSplitter& splitter) {
  const std::string_view text = covered(part.text, part.chars);
  if (kind == SourceKind::word) return split_words(text);
  if (kind == SourceKind::sentence) return splitter.split(text);
  if (kind == SourceKind::paragraph) return split_paragraphs(text);
  std::vector<CharRange> passages;
  for (const CharRange& passage : part.passages) {
    passages.push_back({passage.begin - part.chars.begin, passage.end - part.chars.begin});
  }
  return passages;
}

}  // namespace

std::string_view covered(std::string_view text, CharRange range) {
  return text.substr(static_cast<std::size_t>(range.begin), static_cast<std::size_t>(range.size()));
}

SplitPart split_part(const TextPart& part, SourceKind kind, const SentenceSplitter& splitter) {
  if (kind == SourceKind::token) return single_tokens(part);
  SplitPart split;
  for (const CharRange& chars : ranges_of(part, kind, splitter)) {
    TokenRange tokens = tokens_of(part.token_chars, {part.chars.begin + chars.begin, part.chars.begin + chars.end});
    tokens = {std::max(tokens.begin, part.tokens.begin), std::min(tokens.end, part.tokens.end)};
    if (tokens.size() <= 0) continue;
    split.chars.push_back(chars);
    split.tokens.push_back(tokens);
  }
  return split;
}

}  // namespace at2
