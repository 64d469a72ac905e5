#include "app/terminal_layout.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <limits>
#include <string_view>

namespace at2 {
namespace {

constexpr std::int64_t kNarrowest = 20;

std::string_view variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::int64_t width_of_output() {
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  std::int64_t columns = 0;
  const std::string_view text = variable("COLUMNS");
  std::from_chars(text.data(), text.data() + text.size(), columns);
  return columns > 0 ? columns : 80;
}

bool shows_colours() {
  return isatty(STDOUT_FILENO) == 1 && variable("NO_COLOR").empty() && variable("TERM") != "dumb";
}

}  // namespace

std::int64_t line_width_of_output() {
  return isatty(STDOUT_FILENO) == 1 ? std::max(kNarrowest, width_of_output())
                                    : std::numeric_limits<std::int64_t>::max();
}

TextLayout layout_of_output(ColourChoice choice) {
  const bool colours = choice == ColourChoice::always || (choice == ColourChoice::automatic && shows_colours());
  return {std::max(kNarrowest, width_of_output()), colours ? Colours::ansi256 : Colours::none};
}

}  // namespace at2
