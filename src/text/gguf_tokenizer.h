/// \file text/gguf_tokenizer.h
/// \brief A tokenizer.json for the vocabulary inside a GGUF file.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace at2 {

class GgufFile;

/// The vocabulary as GGUF metadata has it.
struct GgufVocabulary {
  /// tokenizer.ggml.model: the algorithm. "gpt2" is byte-level BPE.
  std::string model;
  /// tokenizer.ggml.pre: how text is cut before BPE. Empty where the file lacks the key.
  std::string pre;
  /// tokenizer.ggml.tokens, by id.
  std::vector<std::string> tokens;
  /// tokenizer.ggml.merges: two tokens apart by a space, most important first.
  std::vector<std::string> merges;
  /// tokenizer.ggml.token_type, by id: 1 normal, 2 unknown, 3 control (special), 4 user-defined (added, not special).
  std::vector<std::int32_t> token_types;
};

/// The text of an equivalent tokenizer.json for Tokenizer::from_json. It adds no special tokens of its own.
/// Known values of `pre`: smollm, llama-bpe, qwen2, deepseek-r1-qwen, gpt-2, default.
/// \throws UserError for another `model` or `pre`, no tokens or merges, another number of types than of tokens, a token
/// that
///         is there twice, or a merge that is not two tokens.
[[nodiscard]] std::string tokenizer_json(const GgufVocabulary& vocabulary);

/// The vocabulary of a GGUF file. Where it has no token types, all tokens are normal.
/// \throws UserError naming the file if it has no tokens, or a key is of another type.
[[nodiscard]] GgufVocabulary gguf_vocabulary(const GgufFile& file);

}  // namespace at2
