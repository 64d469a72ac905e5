#include "text/gguf_tokenizer.h"

#include <nlohmann/json.hpp>
#include <string_view>

#include "base/errors.h"
#include "checkpoint/gguf.h"

namespace at2 {
namespace {

using Json = nlohmann::json;

constexpr std::int32_t kNormal = 1;
constexpr std::int32_t kControl = 3;
constexpr std::int32_t kUserDefined = 4;
constexpr const char* kFileHint = "use a GGUF file made by a current converter, or the model's Hugging Face folder";

/// How the pre-tokenizers named in GGUF files cut a text.
struct PreTokenizer {
  /// Cuts before the bytes are mapped to letters; null for none.
  Json first;
  /// Whether GPT-2's own regular expression cuts as well.
  bool gpt2_pattern = true;
  bool normalize_nfc = false;
  /// A word that is in the vocabulary as a whole is not built from merges.
  bool whole_words_first = false;
};

Json byte_level(bool gpt2_pattern) {
  return {{"type", "ByteLevel"}, {"add_prefix_space", false}, {"trim_offsets", false}, {"use_regex", gpt2_pattern}};
}

/// Contractions, words with one leading sign, numbers of `digits`, signs, line ends, other white space.
Json split_by_pattern(std::string_view digits) {
  const std::string pattern = R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|)" + std::string(digits) +
                              R"(| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
  return {{"type", "Split"}, {"pattern", {{"Regex", pattern}}}, {"behavior", "Isolated"}, {"invert", false}};
}

PreTokenizer pre_tokenizer(const std::string& pre) {
  if (pre == "smollm") return {.first = {{"type", "Digits"}, {"individual_digits", true}}};
  if (pre == "llama-bpe") {
    return {.first = split_by_pattern(R"(\p{N}{1,3})"), .gpt2_pattern = false, .whole_words_first = true};
  }
  if (pre == "qwen2" || pre == "deepseek-r1-qwen") {
    return {.first = split_by_pattern(R"(\p{N})"), .gpt2_pattern = false, .normalize_nfc = true};
  }
  if (pre == "gpt-2" || pre == "default" || pre.empty()) return {};
  throw UserError("the GGUF file's pre-tokenizer '" + pre + "' is not known",
                  "known are smollm, llama-bpe, qwen2, deepseek-r1-qwen, gpt-2, default",
                  "use the model's Hugging Face folder, which has a tokenizer.json");
}

Json vocabulary_json(const std::vector<std::string>& tokens) {
  Json ids = Json::object();
  for (std::size_t id = 0; id < tokens.size(); ++id) {
    if (!ids.emplace(tokens[id], id).second) {
      throw UserError("token " + std::to_string(id) + " of the GGUF file is there twice", "'" + tokens[id] + "'",
                      kFileHint);
    }
  }
  return ids;
}

Json merges_json(const std::vector<std::string>& merges) {
  Json pairs = Json::array();
  for (std::size_t i = 0; i < merges.size(); ++i) {
    const std::size_t space = merges[i].find(' ');
    const bool is_pair = space != std::string::npos && space > 0 && space + 1 < merges[i].size() &&
                         merges[i].find(' ', space + 1) == std::string::npos;
    if (!is_pair) {
      throw UserError("merge " + std::to_string(i) + " of the GGUF file is broken",
                      "'" + merges[i] + "' is not two tokens apart by a space", kFileHint);
    }
    pairs.push_back(Json::array({merges[i].substr(0, space), merges[i].substr(space + 1)}));
  }
  return pairs;
}

Json added_tokens_json(const GgufVocabulary& vocabulary) {
  Json added = Json::array();
  for (std::size_t id = 0; id < vocabulary.token_types.size(); ++id) {
    const std::int32_t type = vocabulary.token_types[id];
    if (type != kControl && type != kUserDefined) continue;
    added.push_back({{"id", id},
                     {"content", vocabulary.tokens[id]},
                     {"single_word", false},
                     {"lstrip", false},
                     {"rstrip", false},
                     {"normalized", false},
                     {"special", type == kControl}});
  }
  return added;
}

void check(const GgufVocabulary& vocabulary) {
  if (vocabulary.model != "gpt2") {
    throw UserError("the GGUF file's tokenizer model '" + vocabulary.model + "' is not known",
                    "only gpt2, which is byte-level BPE, is",
                    "use the model's Hugging Face folder, which has a tokenizer.json");
  }
  if (vocabulary.tokens.empty()) throw UserError("the GGUF file has no vocabulary", "tokenizer.ggml.tokens", kFileHint);
  if (vocabulary.merges.empty()) throw UserError("the GGUF file has no merges", "tokenizer.ggml.merges", kFileHint);
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
  const PreTokenizer pre = pre_tokenizer(vocabulary.pre);
  Json steps = Json::array();
  if (!pre.first.is_null()) steps.push_back(pre.first);
  steps.push_back(byte_level(pre.gpt2_pattern));
  const Json model = {{"type", "BPE"},
                      {"dropout", nullptr},
                      {"unk_token", nullptr},
                      {"continuing_subword_prefix", nullptr},
                      {"end_of_word_suffix", nullptr},
                      {"fuse_unk", false},
                      {"byte_fallback", false},
                      {"ignore_merges", pre.whole_words_first},
                      {"vocab", vocabulary_json(vocabulary.tokens)},
                      {"merges", merges_json(vocabulary.merges)}};
  const Json tokenizer = {{"version", "1.0"},
                          {"truncation", nullptr},
                          {"padding", nullptr},
                          {"added_tokens", added_tokens_json(vocabulary)},
                          {"normalizer", pre.normalize_nfc ? Json{{"type", "NFC"}} : Json(nullptr)},
                          {"pre_tokenizer", {{"type", "Sequence"}, {"pretokenizers", steps}}},
                          {"post_processor", nullptr},
                          {"decoder", byte_level(true)},
                          {"model", model}};
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
      // Only byte-level BPE has merges; tokenizer_json refuses the other models with a better reason.
      .merges = file.texts("tokenizer.ggml.merges").value_or(std::vector<std::string>()),
      .token_types = {}};
  const auto types = file.integers("tokenizer.ggml.token_type");
  if (!types) {
    vocabulary.token_types.assign(vocabulary.tokens.size(), kNormal);
    return vocabulary;
  }
  for (const std::int64_t type : *types) vocabulary.token_types.push_back(static_cast<std::int32_t>(type));
  return vocabulary;
}

}  // namespace at2
