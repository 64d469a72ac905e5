#include "text/prompt_ends.h"

namespace at2 {
namespace {

constexpr std::string_view kOpen = "<think>";
constexpr std::string_view kClose = "</think>";

std::string_view without_trailing_space(std::string_view text) {
  const std::size_t last = text.find_last_not_of(" \t\r\n");
  return text.substr(0, last == std::string_view::npos ? 0 : last + 1);
}

}  // namespace

std::string with_bos(std::string_view begin, const ChatFormat& format) {
  const bool add = format.needs_bos && format.tokens.bos && !begin.starts_with(*format.tokens.bos);
  return (add ? *format.tokens.bos : std::string()) + std::string(begin);
}

std::string with_open_thought(std::string_view end, const ChatFormat& format) {
  if (!format.thinks) return std::string(end);
  std::string_view written = without_trailing_space(end);
  if (written.ends_with(kClose)) {
    const std::string_view inside = without_trailing_space(written.substr(0, written.size() - kClose.size()));
    if (inside.ends_with(kOpen)) written = inside;
  }
  if (written.ends_with(kOpen)) return std::string(written) + "\n";
  return std::string(end) + std::string(kOpen) + "\n";
}

}  // namespace at2
