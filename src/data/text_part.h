/// \file data/text_part.h
/// \brief A stretch of a tokenized text, split into parts that can be hidden.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "base/ranges.h"
#include "config/options.h"
#include "text/sentences.h"

namespace at2 {

/// The bytes that `range` covers.
[[nodiscard]] std::string_view covered(std::string_view text, CharRange range);

/// Where parts are taken from.
struct TextPart {
  /// The whole tokenized text, and the bytes of it that each token stands for.
  std::string_view text;
  std::span<const CharRange> token_chars;
  /// Bytes of `text` that are split.
  CharRange chars;
  /// Tokens that a part may hold: those of `chars`, or fewer.
  TokenRange tokens;
  /// Bytes of `text`: the parts of the kind passage.
  std::vector<CharRange> passages;
};

/// Parts in order.
struct SplitPart {
  /// Bytes counted from the begin of the stretch.
  std::vector<CharRange> chars;
  /// Tokens of the whole text.
  std::vector<TokenRange> tokens;
};

/// Splits a stretch into tokens, words (what white space separates), sentences (newlines, then Punkt), paragraphs
/// (lines that have text) or passages. White space between words, sentences or paragraphs belongs to none. A token that
/// reaches over the border of two parts is in both. Parts without a token are left out.
[[nodiscard]] SplitPart split_part(const TextPart& part, SourceKind kind, const SentenceSplitter& splitter);

}  // namespace at2
