#include <string_view>

#include "base/errors.h"
#include "text/gguf_algorithms.h"

namespace at2::gguf {
namespace {

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

Json byte_level_step(bool gpt2_pattern) {
  return {{"type", "ByteLevel"}, {"add_prefix_space", false}, {"trim_offsets", false}, {"use_regex", gpt2_pattern}};
}

Json split(const std::string& pattern) {
  return {{"type", "Split"}, {"pattern", {{"Regex", pattern}}}, {"behavior", "Isolated"}, {"invert", false}};
}

/// Contractions, words with one leading sign, numbers of `digits`, signs, line ends, other white space.
Json split_by_pattern(std::string_view digits) {
  return split(R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|)" + std::string(digits) +
               R"(| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)");
}

/// Words that keep their contraction and begin anew at a capital letter after a small one; the rest as above.
Json split_at_capitals() {
  const std::string capital = R"([\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}])";
  const std::string small = R"([\p{Ll}\p{Lm}\p{Lo}\p{M}])";
  const std::string sign = R"([^\r\n\p{L}\p{N}]?)";
  const std::string contraction = "(?i:'s|'t|'re|'ve|'m|'ll|'d)?";
  return split(sign + capital + "*" + small + "+" + contraction + "|" + sign + capital + "+" + small + "*" +
               contraction + R"(|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+)");
}

PreTokenizer pre_tokenizer(const std::string& pre) {
  if (pre == "smollm") return {.first = {{"type", "Digits"}, {"individual_digits", true}}};
  if (pre == "llama-bpe" || pre == "llama3" || pre == "llama-v3") {
    return {.first = split_by_pattern(R"(\p{N}{1,3})"), .gpt2_pattern = false, .whole_words_first = true};
  }
  if (pre == "qwen2" || pre == "deepseek-r1-qwen") {
    return {.first = split_by_pattern(R"(\p{N})"), .gpt2_pattern = false, .normalize_nfc = true};
  }
  if (pre == "gpt-4o") return {.first = split_at_capitals(), .gpt2_pattern = false};
  if (pre == "gpt-2" || pre == "default" || pre.empty()) return {};
  throw UserError("the GGUF file's pre-tokenizer '" + pre + "' is not known",
                  "known are smollm, llama-bpe, llama3, llama-v3, qwen2, deepseek-r1-qwen, gpt-4o, gpt-2, default",
                  "use the model's Hugging Face folder, which has a tokenizer.json");
}

Json merges_json(const std::vector<std::string>& merges) {
  if (merges.empty()) throw UserError("the GGUF file has no merges", "tokenizer.ggml.merges", kFileHint);
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

}  // namespace

Algorithm byte_level(const GgufVocabulary& vocabulary) {
  const PreTokenizer pre = pre_tokenizer(vocabulary.pre);
  Json steps = Json::array();
  if (!pre.first.is_null()) steps.push_back(pre.first);
  steps.push_back(byte_level_step(pre.gpt2_pattern));
  Algorithm algorithm{.normalizer = pre.normalize_nfc ? Json{{"type", "NFC"}} : Json(nullptr),
                      .pre_tokenizer = {{"type", "Sequence"}, {"pretokenizers", steps}},
                      .decoder = byte_level_step(true),
                      .bpe = bpe_json(merges_json(vocabulary.merges))};
  algorithm.bpe["ignore_merges"] = pre.whole_words_first;
  return algorithm;
}

}  // namespace at2::gguf
