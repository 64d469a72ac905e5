#include <algorithm>
#include <cmath>
#include <string_view>
#include <unordered_map>

#include "base/errors.h"
#include "text/gguf_algorithms.h"

namespace at2::gguf {
namespace {

/// What SentencePiece writes for a space.
constexpr const char* kSpace = "\u2581";

struct Merge {
  std::size_t left = 0;
  std::size_t right = 0;
  double score = 0;
};

/// All pairs of normal tokens that make a normal token, the one with the highest score first; of equal scores in the
/// order of ids (of the whole, the left and the right token).
std::vector<Merge> merges_by_score(const GgufVocabulary& vocabulary) {
  std::unordered_map<std::string_view, std::size_t> ids;
  for (std::size_t id = 0; id < vocabulary.tokens.size(); ++id) {
    if (vocabulary.token_types[id] == kNormal) ids.emplace(vocabulary.tokens[id], id);
  }
  std::vector<Merge> merges;
  for (std::size_t id = 0; id < vocabulary.tokens.size(); ++id) {
    if (vocabulary.token_types[id] != kNormal) continue;
    const std::string_view whole = vocabulary.tokens[id];
    const std::size_t first_of_token = merges.size();
    for (std::size_t cut = 1; cut < whole.size(); ++cut) {
      const auto left = ids.find(whole.substr(0, cut));
      if (left == ids.end()) continue;
      const auto right = ids.find(whole.substr(cut));
      if (right != ids.end()) merges.push_back({left->second, right->second, vocabulary.scores[id]});
    }
    std::sort(merges.begin() + static_cast<std::ptrdiff_t>(first_of_token), merges.end(),
              [](const Merge& a, const Merge& b) { return std::pair(a.left, a.right) < std::pair(b.left, b.right); });
  }
  std::stable_sort(merges.begin(), merges.end(), [](const Merge& a, const Merge& b) { return a.score > b.score; });
  return merges;
}

Json merges_json(const GgufVocabulary& vocabulary) {
  Json pairs = Json::array();
  for (const Merge& merge : merges_by_score(vocabulary)) {
    pairs.push_back(Json::array({vocabulary.tokens[merge.left], vocabulary.tokens[merge.right]}));
  }
  return pairs;
}

void check_scores(const GgufVocabulary& vocabulary) {
  if (vocabulary.scores.size() != vocabulary.tokens.size()) {
    throw UserError("the GGUF file's vocabulary is broken",
                    std::to_string(vocabulary.tokens.size()) + " tokens, but " +
                        std::to_string(vocabulary.scores.size()) + " scores",
                    kFileHint);
  }
  for (std::size_t id = 0; id < vocabulary.scores.size(); ++id) {
    if (std::isfinite(vocabulary.scores[id])) continue;
    throw UserError("the GGUF file's vocabulary is broken",
                    "the score of token " + std::to_string(id) + " is not finite", kFileHint);
  }
}

/// Whether characters that are no token are spelled in bytes.
bool has_bytes(const GgufVocabulary& vocabulary) {
  const auto bytes = std::count(vocabulary.token_types.begin(), vocabulary.token_types.end(), kByte);
  if (bytes == 0 || bytes == 256) return bytes == 256;
  throw UserError("the GGUF file's vocabulary is broken", std::to_string(bytes) + " byte tokens instead of 256",
                  kFileHint);
}

/// The token for characters that the vocabulary does not have; null where bytes spell them all.
Json unknown_token(const GgufVocabulary& vocabulary) {
  const std::optional<std::int64_t> id = vocabulary.unknown_id;
  if (!id && has_bytes(vocabulary)) return nullptr;
  if (!id || *id < 0 || *id >= std::ssize(vocabulary.tokens)) {
    throw UserError("the GGUF file's vocabulary is broken",
                    id ? "tokenizer.ggml.unknown_token_id is " + std::to_string(*id) + ", which is no token"
                       : "it has neither byte tokens nor tokenizer.ggml.unknown_token_id",
                    kFileHint);
  }
  return vocabulary.tokens[static_cast<std::size_t>(*id)];
}

Json replace(const char* from, const char* to) {
  return {{"type", "Replace"}, {"pattern", {{"String", from}}}, {"content", to}};
}

}  // namespace

Algorithm sentence_piece(const GgufVocabulary& vocabulary) {
  check_scores(vocabulary);
  Json normalizers = Json::array();
  Json decoders = Json::array({replace(kSpace, " "), {{"type", "ByteFallback"}}, {{"type", "Fuse"}}});
  if (vocabulary.add_space_prefix) {
    normalizers.push_back({{"type", "Prepend"}, {"prepend", kSpace}});
    decoders.push_back({{"type", "Strip"}, {"content", " "}, {"start", 1}, {"stop", 0}});
  }
  normalizers.push_back(replace(" ", kSpace));
  Algorithm algorithm{.normalizer = {{"type", "Sequence"}, {"normalizers", normalizers}},
                      .pre_tokenizer = nullptr,
                      .decoder = {{"type", "Sequence"}, {"decoders", decoders}},
                      .bpe = bpe_json(merges_json(vocabulary))};
  algorithm.bpe["unk_token"] = unknown_token(vocabulary);
  algorithm.bpe["fuse_unk"] = true;
  algorithm.bpe["byte_fallback"] = has_bytes(vocabulary);
  return algorithm;
}

}  // namespace at2::gguf
