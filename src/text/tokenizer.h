/// \file text/tokenizer.h
/// \brief Text to token ids and back, by the model's own tokenizer.json.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/ranges.h"

struct At2Tokenizer;

namespace at2 {

/// What becomes of special tokens that are written out in a text, such as "<|im_end|>". Added tokens that are not
/// special (in some models "<think>") are ordinary words: one id each in either case, as with `tokenizers`.
enum class SpecialTokens {
  /// One id each: for prompts that a chat template wrote.
  parse,
  /// Ordinary text: for words of a user or a document, which must not end a turn.
  as_text,
};

/// Whether decoded text shows special tokens.
enum class SkipSpecial { no, yes };

/// A text in tokens.
struct Encoding {
  std::vector<std::int64_t> ids;
  /// Bytes of the text that each token stands for. Begins and ends never decrease, but neighbours may overlap: the
  /// tokens of one character that was cut up all have its whole range. A leading space belongs to its token with most
  /// tokenizers.
  std::vector<CharRange> ranges;
  bool operator==(const Encoding&) const = default;
};

/// A loaded tokenizer. Safe to use from several threads.
class Tokenizer {
 public:
  /// Loads a tokenizer.json.
  /// \throws UserError naming `path` if it is missing or is no tokenizer.
  [[nodiscard]] static Tokenizer from_file(const std::filesystem::path& path);

  /// Loads the text of a tokenizer.json; `name` says in errors where it came from.
  /// \throws UserError if it is no tokenizer.
  [[nodiscard]] static Tokenizer from_json(std::string_view json, std::string_view name = "tokenizer.json");

  ~Tokenizer();
  Tokenizer(Tokenizer&&) noexcept;
  Tokenizer& operator=(Tokenizer&&) noexcept;

  /// The tokens of `text`. No special tokens (such as a beginning-of-sequence token) are added.
  /// \throws UserError if `text` is not UTF-8.
  [[nodiscard]] Encoding encode(std::string_view text, SpecialTokens special = SpecialTokens::parse) const;

  /// The tokens of a prompt that holds a user's words: special tokens are parsed, except where one has a byte in
  /// `plain`. Where none has, the result is encode(text). Otherwise the stretch between the special tokens around
  /// `plain` is encoded by itself with special tokens as text; it is the same stretch that the tokenizer cuts out for
  /// itself. (One difference remains for tokenizers that put a space before a text and look for special tokens after
  /// that, "normalized": the stretches have a space each.)
  /// \param plain  bytes of `text`, in whole characters
  /// \throws UserError if `text` is not UTF-8 or `plain` no part of it.
  [[nodiscard]] Encoding encode(std::string_view text, CharRange plain) const;

  /// The text of `ids`; ids that the vocabulary does not have give no text, bytes that form no character give U+FFFD.
  /// \throws UserError if an id is negative or beyond 32 bits.
  [[nodiscard]] std::string decode(std::span<const std::int64_t> ids, SkipSpecial skip) const;

  /// The id of a token, spelled as in the vocabulary; nothing if there is none.
  [[nodiscard]] std::optional<std::int64_t> token_to_id(std::string_view token) const;

  /// Tokens, added ones counted. A model's embedding may have more rows than this, but never fewer.
  [[nodiscard]] std::int64_t vocab_size() const;

 private:
  struct Free {
    void operator()(At2Tokenizer* tokenizer) const noexcept;
  };
  explicit Tokenizer(At2Tokenizer* tokenizer) noexcept : tokenizer_(tokenizer) {}
  std::unique_ptr<At2Tokenizer, Free> tokenizer_;
};

}  // namespace at2
