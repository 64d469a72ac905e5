#include "text/text_stream.h"

#include <algorithm>
#include <string_view>

namespace at2 {
namespace {

/// Tokens that are decoded with the next one, and how many make it worth to forget older ones.
constexpr std::size_t kTokensBefore = 4;
constexpr std::size_t kManyTokens = 32;
/// A character has at most four bytes: what is none after so many tokens will not become one.
constexpr std::size_t kMostWaiting = 8;
/// Stands for bytes that are no character, or not yet.
constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

}  // namespace

std::string TextStream::push(std::int64_t token) {
  window_.push_back(token);
  const std::string text = tokenizer_->decode(window_, SkipSpecial::no);
  const bool waits = text.ends_with(kReplacement);
  num_waiting_ = waits ? num_waiting_ + 1 : 0;
  if (waits && num_waiting_ < kMostWaiting) return {};
  std::string piece = text.substr(std::min(handed_out_, text.size()));
  handed_out_ = text.size();
  // The text so far stays what it is only where it ends with a whole character.
  if (!waits && window_.size() >= kManyTokens) {
    window_.erase(window_.begin(), window_.end() - kTokensBefore);
    handed_out_ = tokenizer_->decode(window_, SkipSpecial::no).size();
  }
  return piece;
}

std::string TextStream::finish() {
  const std::string text = tokenizer_->decode(window_, SkipSpecial::no);
  std::string piece = text.substr(std::min(handed_out_, text.size()));
  window_.clear();
  handed_out_ = 0;
  return piece;
}

}  // namespace at2
