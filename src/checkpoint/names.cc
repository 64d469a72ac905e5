#include "checkpoint/names.h"

#include <algorithm>
#include <cstdio>

#include "base/errors.h"

namespace at2 {
namespace {

bool is_control(char character) {
  const auto code = static_cast<unsigned char>(character);
  return code < 0x20 || code == 0x7F;
}

std::string spelled_out(std::string_view name) {
  std::string text;
  for (const char character : name) {
    if (is_control(character)) {
      char code[5];
      std::snprintf(code, sizeof(code), "\\x%02x", static_cast<unsigned char>(character));
      text += code;
    } else {
      text += character;
    }
  }
  return text;
}

}  // namespace

void require_plain_name(std::string_view name, std::string_view what, std::string_view file) {
  if (std::none_of(name.begin(), name.end(), is_control)) return;
  throw UserError(std::string(file) + ": " + std::string(what) + " has control characters in its name",
                  "it is called \"" + spelled_out(name) + "\"", "get the file again");
}

}  // namespace at2
