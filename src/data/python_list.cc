#include "data/python_list.h"

#include <charconv>
#include <string>

#include "base/errors.h"
#include "data/characters.h"
#include "text/utf8.h"

namespace at2 {
namespace {

class ListText {
 public:
  explicit ListText(std::string_view text) : text_(strip(text)) {}

  std::vector<std::string> parse() {
    std::vector<std::string> elements;
    expect('[');
    skip_space();
    while (peek() != ']') {
      elements.push_back(peek() == '\'' || peek() == '"' ? quoted() : word());
      skip_space();
      if (peek() == ']') break;
      expect(',');
      skip_space();
    }
    expect(']');
    if (at_ != text_.size()) refuse();
    return elements;
  }

 private:
  [[noreturn]] void refuse() const {
    throw RecordError("broken list", "at byte " + std::to_string(at_) + ": expected a list as Python writes it");
  }
  [[nodiscard]] char peek() const {
    if (at_ >= text_.size()) refuse();
    return text_[at_];
  }
  char get() {
    const char letter = peek();
    ++at_;
    return letter;
  }
  void expect(char letter) {
    if (peek() != letter) refuse();
    ++at_;
  }
  void skip_space() {
    while (peek() == ' ' || peek() == '\n') ++at_;
  }

  std::string word() {
    std::string letters;
    while (peek() != ',' && peek() != ']') letters.push_back(get());
    const std::string_view trimmed = strip(letters);
    if (trimmed.empty()) refuse();
    return std::string(trimmed);
  }

  std::string quoted() {
    const char quote = get();
    std::string letters;
    for (char letter = get(); letter != quote; letter = get()) {
      if (letter == '\\') {
        letters += escaped();
      } else {
        letters.push_back(letter);
      }
    }
    return letters;
  }

  /// What follows a backslash in Python's repr of a text.
  std::string escaped() {
    const char letter = get();
    if (letter == 'n') return "\n";
    if (letter == 't') return "\t";
    if (letter == 'r') return "\r";
    const std::size_t digits = letter == 'x' ? 2 : letter == 'u' ? 4 : letter == 'U' ? 8 : 0;
    if (digits == 0) return std::string(1, letter);
    const std::string_view number = text_.substr(at_, digits);
    std::uint32_t code = 0;
    const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), code, 16);
    const bool character = code < 0x110000 && (code < 0xD800 || code > 0xDFFF);
    if (error != std::errc() || end != number.data() + digits || !character) refuse();
    at_ += digits;
    return encode_utf8(std::u32string(1, static_cast<char32_t>(code)));
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

std::vector<std::string> parse_python_list(std::string_view text) { return ListText(text).parse(); }

}  // namespace at2
