/// \file data/record_split.h
/// \brief Cuts a file into records without parsing them, so that one broken record spoils no other.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace at2 {

/// The text of one record, and the line (from 1) on which it starts.
struct RawRecord {
  std::string_view text;
  std::int64_t line = 0;
};

/// The lines of `text` that are not blank.
[[nodiscard]] std::vector<RawRecord> record_lines(std::string_view text);

/// The elements of the JSON array that is the whole of `text`.
/// \param file  for messages
/// \throws UserError if `text` is not an array, ends within it, or goes on behind it.
[[nodiscard]] std::vector<RawRecord> split_array(std::string_view text, const std::string& file);

}  // namespace at2
