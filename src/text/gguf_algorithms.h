/// \file text/gguf_algorithms.h
/// \brief The parts of a tokenizer.json in which the algorithms of GGUF vocabularies differ. Private to this room.
#pragma once

#include <nlohmann/json.hpp>

#include "text/gguf_tokenizer.h"

namespace at2::gguf {

using Json = nlohmann::json;

constexpr std::int32_t kNormal = 1;
constexpr std::int32_t kControl = 3;
constexpr std::int32_t kUserDefined = 4;
constexpr std::int32_t kByte = 6;
constexpr const char* kFileHint = "use a GGUF file made by a current converter, or the model's Hugging Face folder";

/// From text to pieces, from pieces to tokens, and back. Null stands for a step that is not there.
struct Algorithm {
  Json normalizer;
  Json pre_tokenizer;
  Json decoder;
  /// The model, with its merges but without its vocabulary.
  Json bpe;
};

/// Byte-level BPE ("gpt2"). \throws UserError for an unknown `pre`, no merges, or a merge that is not two tokens.
[[nodiscard]] Algorithm byte_level(const GgufVocabulary& vocabulary);

/// SentencePiece's BPE ("llama"). \throws UserError for scores, byte tokens or an unknown token that do not fit.
[[nodiscard]] Algorithm sentence_piece(const GgufVocabulary& vocabulary);

/// The model of a tokenizer.json: BPE with `merges`, and nothing else switched on.
[[nodiscard]] Json bpe_json(Json merges);

}  // namespace at2::gguf
