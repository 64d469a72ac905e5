/// \file text/gguf_tokenizer.h
/// \brief A tokenizer.json for the vocabulary inside a GGUF file.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace at2 {

class GgufFile;

/// The vocabulary as GGUF metadata has it.
struct GgufVocabulary {
  /// tokenizer.ggml.model: the algorithm. "gpt2" is byte-level BPE, "llama" is SentencePiece's BPE.
  std::string model{};
  /// tokenizer.ggml.pre: how text is cut before byte-level BPE. Empty where the file lacks the key.
  std::string pre{};
  /// tokenizer.ggml.tokens, by id.
  std::vector<std::string> tokens{};
  /// tokenizer.ggml.merges, of byte-level BPE: two tokens apart by a space, most important first.
  std::vector<std::string> merges{};
  /// tokenizer.ggml.token_type, by id: 1 normal, 2 unknown, 3 control (special), 4 user-defined (added, not special), 5
  /// unused, 6 a byte.
  std::vector<std::int32_t> token_types{};
  /// tokenizer.ggml.scores, by id, of SentencePiece: the token with the highest score is built first.
  std::vector<double> scores{};
  /// tokenizer.ggml.unknown_token_id, of SentencePiece.
  std::optional<std::int64_t> unknown_id{};
  /// tokenizer.ggml.add_space_prefix, of SentencePiece: a space goes before the text, and after each special token.
  bool add_space_prefix = true;
  /// general.architecture.
  std::string architecture{};
};

/// The text of an equivalent tokenizer.json for Tokenizer::from_json. It adds no special tokens of its own.
///
/// Byte-level BPE knows these values of `pre`: smollm; llama-bpe, llama3, llama-v3; qwen2, deepseek-r1-qwen; gpt-4o;
/// gpt-2, default.
///
/// For SentencePiece the merges are all pairs of tokens that make a third one, by its score. User-defined tokens are
/// found in the text as it is, before spaces become "▁"; a "▁" in one is taken for a space. GGUF files do not say
/// which special tokens swallow the white space after them; those of `architecture` phi3 do, other than "<unk>", "<s>"
/// and "<|endoftext|>".
/// \throws UserError for another `model` or `pre`, no tokens, merges or scores, another number of types or scores than
///         of tokens, a token that is there twice, a merge that is not two tokens, a score that is not finite, an
///         unknown_id that is no token, or some but not all 256 byte tokens.
[[nodiscard]] std::string tokenizer_json(const GgufVocabulary& vocabulary);

/// The vocabulary of a GGUF file. Where it has no token types, all tokens are normal.
/// \throws UserError naming the file if it has no tokens, or a key is of another type.
[[nodiscard]] GgufVocabulary gguf_vocabulary(const GgufFile& file);

}  // namespace at2
