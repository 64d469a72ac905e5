#include "text/gguf_tokenizer.h"

#include "base/errors.h"
#include "checkpoint/gguf.h"
#include "text/gguf_algorithms.h"

namespace at2 {

namespace gguf {

Json bpe_json(Json merges) {
  return {{"type", "BPE"},
          {"dropout", nullptr},
          {"unk_token", nullptr},
          {"continuing_subword_prefix", nullptr},
          {"end_of_word_suffix", nullptr},
          {"fuse_unk", false},
          {"byte_fallback", false},
          {"ignore_merges", false},
          {"merges", std::move(merges)}};
}

}  // namespace gguf

namespace {

using gguf::Algorithm;
using gguf::Json;
using gguf::kControl;
using gguf::kFileHint;
using gguf::kUserDefined;

bool is_sentence_piece(const GgufVocabulary& vocabulary) { return vocabulary.model == "llama"; }

Algorithm algorithm_of(const GgufVocabulary& vocabulary) {
  if (is_sentence_piece(vocabulary)) return gguf::sentence_piece(vocabulary);
  if (vocabulary.model == "gpt2") return gguf::byte_level(vocabulary);
  throw UserError("the GGUF file's tokenizer model '" + vocabulary.model + "' is not known",
                  "known are gpt2, which is byte-level BPE, and llama, which is SentencePiece's",
                  "use the model's Hugging Face folder, which has a tokenizer.json");
}

/// User-defined tokens are looked for in the text itself, where SentencePiece's sign for a space is a space.
std::string spelled(const GgufVocabulary& vocabulary, std::size_t id) {
  constexpr std::string_view sign = "\u2581";
  std::string token = vocabulary.tokens[id];
  if (!is_sentence_piece(vocabulary) || vocabulary.token_types[id] != kUserDefined) return token;
  for (std::size_t at = token.find(sign); at != std::string::npos; at = token.find(sign, at)) {
    token.replace(at, sign.size(), " ");
  }
  return token;
}

Json ids_json(const GgufVocabulary& vocabulary) {
  Json ids = Json::object();
  for (std::size_t id = 0; id < vocabulary.tokens.size(); ++id) {
    const std::string token = spelled(vocabulary, id);
    if (!ids.emplace(token, id).second) {
      throw UserError("token " + std::to_string(id) + " of the GGUF file is there twice", "'" + token + "'", kFileHint);
    }
  }
  return ids;
}

/// Whether a token swallows the white space after it. The file does not say so; it is known of Phi-3.
bool strips_right(const GgufVocabulary& vocabulary, const std::string& token) {
  return vocabulary.architecture == "phi3" && is_sentence_piece(vocabulary) && token != "<unk>" && token != "<s>" &&
         token != "<|endoftext|>";
}

Json added_tokens_json(const GgufVocabulary& vocabulary) {
  Json added = Json::array();
  for (std::size_t id = 0; id < vocabulary.token_types.size(); ++id) {
    const std::int32_t type = vocabulary.token_types[id];
    const bool is_unknown = is_sentence_piece(vocabulary) && vocabulary.unknown_id == static_cast<std::int64_t>(id);
    if (type != kControl && type != kUserDefined && !is_unknown) continue;
    const std::string token = spelled(vocabulary, id);
    added.push_back({{"id", id},
                     {"content", token},
                     {"single_word", false},
                     {"lstrip", false},
                     {"rstrip", strips_right(vocabulary, token)},
                     {"normalized", false},
                     {"special", type != kUserDefined}});
  }
  return added;
}

void check(const GgufVocabulary& vocabulary) {
  if (vocabulary.tokens.empty()) throw UserError("the GGUF file has no vocabulary", "tokenizer.ggml.tokens", kFileHint);
  if (vocabulary.token_types.size() != vocabulary.tokens.size()) {
    throw UserError("the GGUF file's vocabulary is broken",
                    std::to_string(vocabulary.tokens.size()) + " tokens, but " +
                        std::to_string(vocabulary.token_types.size()) + " token types",
                    kFileHint);
  }
}

}  // namespace

std::string tokenizer_json(const GgufVocabulary& vocabulary) {
  check(vocabulary);
  Algorithm algorithm = algorithm_of(vocabulary);
  algorithm.bpe["vocab"] = ids_json(vocabulary);
  const Json tokenizer = {{"version", "1.0"},
                          {"truncation", nullptr},
                          {"padding", nullptr},
                          {"added_tokens", added_tokens_json(vocabulary)},
                          {"normalizer", std::move(algorithm.normalizer)},
                          {"pre_tokenizer", std::move(algorithm.pre_tokenizer)},
                          {"post_processor", nullptr},
                          {"decoder", std::move(algorithm.decoder)},
                          {"model", std::move(algorithm.bpe)}};
  try {
    return tokenizer.dump();
  } catch (const Json::exception& error) {
    throw UserError("the GGUF file's vocabulary is broken", error.what(), kFileHint);
  }
}

GgufVocabulary gguf_vocabulary(const GgufFile& file) {
  GgufVocabulary vocabulary{
      .model = file.require_text("tokenizer.ggml.model"),
      .pre = file.text("tokenizer.ggml.pre").value_or(""),
      .tokens = file.require_texts("tokenizer.ggml.tokens"),
      // Either these or the scores, by the model; tokenizer_json refuses other models with a better reason.
      .merges = file.texts("tokenizer.ggml.merges").value_or(std::vector<std::string>()),
      .token_types = {},
      .scores = file.reals("tokenizer.ggml.scores").value_or(std::vector<double>()),
      .unknown_id = file.integer("tokenizer.ggml.unknown_token_id"),
      .add_space_prefix = file.flag("tokenizer.ggml.add_space_prefix").value_or(true),
      .architecture = file.text("general.architecture").value_or("")};
  const auto types = file.integers("tokenizer.ggml.token_type");
  if (!types) {
    vocabulary.token_types.assign(vocabulary.tokens.size(), gguf::kNormal);
    return vocabulary;
  }
  for (const std::int64_t type : *types) vocabulary.token_types.push_back(static_cast<std::int32_t>(type));
  return vocabulary;
}

}  // namespace at2
