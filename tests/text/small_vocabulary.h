/// \file tests/text/small_vocabulary.h
/// \brief A byte-level vocabulary small enough to follow by hand.
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

}  // namespace at2
