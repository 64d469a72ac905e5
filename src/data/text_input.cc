#include "data/text_input.h"

#include <cstring>

namespace at2 {
namespace {

constexpr std::size_t kBuffer = 1U << 16U;

}  // namespace

TextInput::TextInput(std::filesystem::path path)
    : path_(std::move(path)), source_(open_bytes(path_)), buffer_(kBuffer) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (ahead().starts_with(kByteOrderMark)) next_ = kByteOrderMark.size();
}

bool TextInput::refill() {
  next_ = 0;
  size_ = 0;
  while (size_ < buffer_.size()) {
    const std::size_t count = source_->read(std::span(buffer_).subspan(size_));
    if (count == 0) break;
    size_ += count;
  }
  return size_ > 0;
}

bool TextInput::get_line(std::string& line) {
  line.clear();
  if (peek() == kEnd) return false;
  while (peek() != kEnd) {
    const char* begin = buffer_.data() + next_;
    const auto* end = static_cast<const char*>(std::memchr(begin, '\n', size_ - next_));
    const auto count = static_cast<std::size_t>((end != nullptr ? end : buffer_.data() + size_) - begin);
    line.append(begin, count);
    next_ += count;
    if (end == nullptr) continue;
    get();
    break;
  }
  return true;
}

int TextInput::skip_space() {
  for (int byte = peek();; byte = peek()) {
    if (byte != ' ' && byte != '\t' && byte != '\n' && byte != '\r') return byte;
    get();
  }
}

std::string_view TextInput::ahead() {
  if (peek() == kEnd) return {};
  return {buffer_.data() + next_, size_ - next_};
}

}  // namespace at2
