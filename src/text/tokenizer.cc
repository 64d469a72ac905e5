#include "text/tokenizer.h"

#include <span>

#include "base/errors.h"
#include "base/mapped_file.h"
#include "text/rust.h"

namespace at2 {
namespace {

/// Tokens that the library handed out.
class OwnedTokens {
 public:
  OwnedTokens() = default;
  ~OwnedTokens() { at2_tokens_free(tokens_); }
  OwnedTokens(const OwnedTokens&) = delete;
  OwnedTokens& operator=(const OwnedTokens&) = delete;

  [[nodiscard]] At2Tokens* slot() noexcept { return &tokens_; }
  [[nodiscard]] std::span<const At2Token> view() const { return {tokens_.tokens, tokens_.count}; }

 private:
  At2Tokens tokens_{};
};

Encoding encoding_of(std::span<const At2Token> tokens) {
  Encoding encoding;
  encoding.ids.reserve(tokens.size());
  encoding.ranges.reserve(tokens.size());
  for (const At2Token& token : tokens) {
    encoding.ids.push_back(token.id);
    encoding.ranges.push_back({token.begin, token.end});
  }
  return encoding;
}

[[noreturn]] void refuse_text(const rust::ErrorSlot& error) {
  throw UserError("a text cannot be cut into tokens", error.message(), "give plain UTF-8 text");
}

}  // namespace

void Tokenizer::Free::operator()(At2Tokenizer* tokenizer) const noexcept { at2_tokenizer_free(tokenizer); }
Tokenizer::~Tokenizer() = default;
Tokenizer::Tokenizer(Tokenizer&&) noexcept = default;
Tokenizer& Tokenizer::operator=(Tokenizer&&) noexcept = default;

Tokenizer Tokenizer::from_file(const std::filesystem::path& path) {
  const MappedFile file(path);
  const std::span<const std::byte> bytes = file.bytes();
  return from_json({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, path.string());
}

Tokenizer Tokenizer::from_json(std::string_view json, std::string_view name) {
  rust::ErrorSlot error;
  At2Tokenizer* const tokenizer = at2_tokenizer_new(json.data(), json.size(), error.slot());
  if (tokenizer == nullptr) {
    throw UserError(std::string(name) + " is not a tokenizer", error.message(),
                    "use the tokenizer.json that came with the model");
  }
  return Tokenizer(tokenizer);
}

Encoding Tokenizer::encode(std::string_view text, SpecialTokens special) const {
  rust::ErrorSlot error;
  OwnedTokens tokens;
  if (!at2_tokenizer_encode(tokenizer_.get(), text.data(), text.size(), special == SpecialTokens::parse, tokens.slot(),
                            error.slot())) {
    refuse_text(error);
  }
  return encoding_of(tokens.view());
}

Encoding Tokenizer::encode(std::string_view text, CharRange plain) const {
  rust::ErrorSlot error;
  OwnedTokens tokens;
  if (!at2_tokenizer_encode_around(tokenizer_.get(), text.data(), text.size(), static_cast<std::size_t>(plain.begin),
                                   static_cast<std::size_t>(plain.end), tokens.slot(), error.slot())) {
    refuse_text(error);
  }
  return encoding_of(tokens.view());
}

std::string Tokenizer::decode(std::span<const std::int64_t> ids, SkipSpecial skip) const {
  rust::ErrorSlot error;
  rust::OwnedString text;
  if (!at2_tokenizer_decode(tokenizer_.get(), ids.data(), ids.size(), skip == SkipSpecial::yes, text.slot(),
                            error.slot())) {
    throw UserError("token ids cannot be turned into text", error.message(), "use ids of this tokenizer");
  }
  return text.copy();
}

std::optional<std::int64_t> Tokenizer::token_to_id(std::string_view token) const {
  const std::int64_t id = at2_tokenizer_token_to_id(tokenizer_.get(), token.data(), token.size());
  return id < 0 ? std::nullopt : std::optional(id);
}

std::int64_t Tokenizer::vocab_size() const {
  return static_cast<std::int64_t>(at2_tokenizer_vocab_size(tokenizer_.get()));
}

}  // namespace at2
