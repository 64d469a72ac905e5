/// \file tests/text/small_vocabulary.h
/// \brief Vocabularies small enough to follow by hand.
#pragma once

#include "text/gguf_tokenizer.h"

namespace at2 {

/// Letters of "hello", the space (U+0120), the two bytes of e acute (U+00C3, U+00A9), digits, a special and an added
/// token.
inline GgufVocabulary small_vocabulary() {
  return {.model = "gpt2",
          .pre = "smollm",
          .tokens = {"<|end|>", "<note>", "h",    "e",       "l",  "o", "\u0120", "\u00c3", "\u00a9", "1", "2",
                     "he",      "ll",     "hell", "\u0120h", "12", "<", "|",      ">",      "n",      "d", "t"},
          .merges = {"h e", "l l", "he ll", "\u0120 h", "1 2"},
          .token_types = {3, 4, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}};
}

/// SentencePiece: letters of "One. Two.", the space (U+2581), a token that reaches from one sentence into the next, a
/// special token and two added ones, of which one is a run of spaces. No byte tokens.
inline GgufVocabulary small_sentence_piece() {
  return {.model = "llama",
          .tokens = {"<unk>", "<s>", "<note>", "\u2581\u2581\u2581", "\u2581", "O", "n", "e", ".", "T", "w", "o",
                     "\u2581O", "ne", ".\u2581", ".\u2581T"},
          .token_types = {2, 3, 4, 4, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1},
          .scores = {0, 0, 0, 0, -9, -9, -9, -9, -9, -9, -9, -9, -1, -2, -3, -4},
          .unknown_id = 0};
}

}  // namespace at2
