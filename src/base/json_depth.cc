#include "base/json_depth.h"

#include <cstddef>

namespace at2 {

bool is_json_deeper_than(std::string_view text, std::int64_t depth) {
  std::int64_t open = 0;
  bool in_text = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char sign = text[i];
    if (in_text) {
      if (sign == '\\') ++i;
      if (sign == '"') in_text = false;
    } else if (sign == '"') {
      in_text = true;
    } else if (sign == '[' || sign == '{') {
      if (++open > depth) return true;
    } else if (sign == ']' || sign == '}') {
      --open;
    }
  }
  return false;
}

}  // namespace at2
