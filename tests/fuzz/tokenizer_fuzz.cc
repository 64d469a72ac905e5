// Fuzzes tokenizers: a tokenizer.json, and the vocabulary of a GGUF file (an input that begins with "GGUF"). What loads
// must encode a text with ranges inside it, and decode what it encoded.
#include <string_view>

#include "checkpoint/gguf.h"
#include "fuzz/refused_by_name.h"
#include "text/gguf_tokenizer.h"
#include "text/tokenizer.h"

namespace {

using at2::testing::require;

constexpr std::string_view kText =
    "The mill\xE2\x80\x99s 3 wheels,\n\nna\xC3\xAFve <|im_end|> \xF0\x9F\x98\x80 e\xCC\x81";

void use(const at2::Tokenizer& tokenizer) {
  for (const auto special : {at2::SpecialTokens::parse, at2::SpecialTokens::as_text}) {
    const at2::Encoding encoding = tokenizer.encode(kText, special);
    require(encoding.ids.size() == encoding.ranges.size());
    for (const at2::CharRange& range : encoding.ranges) {
      require(range.begin >= 0 && range.begin <= range.end && range.end <= std::ssize(kText));
    }
    (void)tokenizer.decode(encoding.ids, at2::SkipSpecial::no);
  }
  (void)tokenizer.vocab_size();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* input, std::size_t size) {
  using at2::testing::read_or_refuse;
  const std::string_view text(reinterpret_cast<const char*>(input), size);
  try {
    if (text.starts_with("GGUF")) {
      read_or_refuse(
          [&] {
            const at2::GgufFile file(std::as_bytes(std::span(input, size)), "fuzz.gguf");
            const std::string json = at2::tokenizer_json(at2::gguf_vocabulary(file));
            try {
              use(at2::Tokenizer::from_json(json, "fuzz.gguf"));
            } catch (const at2::UserError&) {
            }
            return 0;
          },
          "");
    } else {
      std::optional<at2::Tokenizer> tokenizer;
      read_or_refuse([&] { return tokenizer.emplace(at2::Tokenizer::from_json(text, "fuzz.json")), 0; }, "fuzz.json");
      if (tokenizer) use(*tokenizer);
    }
  } catch (const at2::UserError&) {
    // A tokenizer may load and still refuse a text.
  }
  return 0;
}
