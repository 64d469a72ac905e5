#include "text/text_stream.h"

#include <algorithm>
#include <string_view>

namespace at2 {
namespace {

/// Tokens that are decoded with the next one, and how many make it worth to forget older ones.
constexpr std::size_t kTokensBefore = 4;
constexpr std::size_t kMostTokens = 32;
/// Stands for bytes that are no character, or not yet.
constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

}  // namespace

std::string TextStream::push(std::int64_t token) {
  window_.push_back(token);
  const std::string text = tokenizer_->decode(window_, SkipSpecial::no);
  // A character has at most four bytes: what still is none after many tokens will not become one.
  if (text.ends_with(kReplacement) && window_.size() < kMostTokens) return {};
  std::string piece = text.substr(std::min(handed_out_, text.size()));
  handed_out_ = text.size();
  if (window_.size() >= kMostTokens) {
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
