#include "text/prompt_ends.h"

namespace at2 {
namespace {

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
  if (written.ends_with(thought_close)) {
    const std::string_view inside = without_trailing_space(written.substr(0, written.size() - thought_close.size()));
    if (inside.ends_with(thought_open)) written = inside;
  }
  if (written.ends_with(thought_open)) return std::string(written) + "\n";
  return std::string(end) + std::string(thought_open) + "\n";
}

std::string without_repeated_opening(std::string_view response, const ChatFormat& format) {
  const std::size_t first = response.find_first_not_of(" \t\r\n");
  if (!format.thinks || first == std::string_view::npos || !response.substr(first).starts_with(thought_open)) {
    return std::string(response);
  }
  std::string_view rest = response.substr(first + thought_open.size());
  if (rest.starts_with('\r')) rest.remove_prefix(1);
  if (rest.starts_with('\n')) rest.remove_prefix(1);
  return std::string(rest);
}

}  // namespace at2
