/// \file text/text_stream.h
/// \brief The text of tokens as they come, in whole characters.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "text/tokenizer.h"

namespace at2 {

/// Decodes tokens one by one. All pieces together are the text of all tokens. The tokenizer must outlive it.
class TextStream {
 public:
  explicit TextStream(const Tokenizer& tokenizer) : tokenizer_(&tokenizer) {}

  /// What is known of the text now and was not before; empty while a character lacks bytes.
  [[nodiscard]] std::string push(std::int64_t token);
  /// The rest: bytes that never became a character, as U+FFFD.
  [[nodiscard]] std::string finish();

 private:
  const Tokenizer* tokenizer_;
  /// The last tokens: decoders treat the begin of a text in their own way.
  std::vector<std::int64_t> window_;
  /// Bytes of the window's text that were handed out.
  std::size_t handed_out_ = 0;
  /// Tokens since the text last ended with a whole character.
  std::size_t num_waiting_ = 0;
};

}  // namespace at2
