/// \file data/python_list.h
/// \brief A list as Python writes it: ['a', "it's", 1.0].
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace at2 {

/// The elements of a list of texts and plain words (numbers, nan, None), which become texts as they are written.
/// \throws RecordError if `text` is no such list.
[[nodiscard]] std::vector<std::string> parse_python_list(std::string_view text);

}  // namespace at2
