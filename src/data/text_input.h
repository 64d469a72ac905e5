/// \file data/text_input.h
/// \brief A text file read once, character by character or line by line, with its line numbers.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "data/byte_source.h"

namespace at2 {

/// Holds one buffer of the file, whatever its size. A byte order mark at its start is skipped.
class TextInput {
 public:
  static constexpr int kEnd = -1;

  /// \throws UserError as open_bytes; so do all that read.
  explicit TextInput(std::filesystem::path path);

  /// The next byte, or kEnd. It stays the next.
  [[nodiscard]] int peek() { return next_ < size_ || refill() ? static_cast<unsigned char>(buffer_[next_]) : kEnd; }

  /// The next byte, or kEnd.
  int get() {
    const int byte = peek();
    if (byte == kEnd) return kEnd;
    ++next_;
    if (byte == '\n') ++line_;
    return byte;
  }

  /// The next line without its line feed. \returns false at the end of the file
  bool get_line(std::string& line);

  /// The next byte that is not JSON's white space, or kEnd. It stays the next.
  int skip_space();

  /// The bytes that follow, as many as are buffered: 64 KiB at the start of the file, if it has as many.
  [[nodiscard]] std::string_view ahead();

  /// Number of the line, from 1, that holds the next byte.
  [[nodiscard]] std::int64_t line() const noexcept { return line_; }
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

 private:
  bool refill();

  std::filesystem::path path_;
  std::unique_ptr<ByteSource> source_;
  std::vector<char> buffer_;
  std::size_t next_ = 0;
  std::size_t size_ = 0;
  std::int64_t line_ = 1;
};

}  // namespace at2
