/// \file store/checksum.h
/// \brief The line that ends every file of the store: a digest of all bytes before it (docs/store_format.md).
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>

namespace at2 {

/// Length of the line.
inline constexpr std::size_t kChecksumBytes = 48;

/// The line for a file whose other bytes are `content`: "\nat2: xxh3-128 <32 hexadecimal digits>\n".
[[nodiscard]] std::string checksum_line(std::span<const char> content);

/// The digest in the last line of a file; nothing if it has no such line.
/// \throws UserError if the file cannot be read
[[nodiscard]] std::optional<std::string> stored_checksum(const std::filesystem::path& path);

/// `without_checksum`: an HDF5 file that opens, written by at2 0.1.0 before there were checksums, or by another
/// program.
enum class Wholeness { whole, without_checksum, damaged };

struct FileCheck {
  Wholeness state = Wholeness::whole;
  /// What is wrong, one line; empty unless damaged.
  std::string why;
  /// Size of the file.
  std::int64_t bytes = 0;
};

/// Reads the whole file and compares it with its checksum.
/// \throws UserError if the file cannot be read: that says nothing about its content
[[nodiscard]] FileCheck check_file(const std::filesystem::path& path);

/// \throws UserError if check_file() finds `path` damaged, or as that
void require_undamaged(const std::filesystem::path& path);

}  // namespace at2
