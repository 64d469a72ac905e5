/// \file data/byte_source.h
/// \brief The bytes of a file from start to end, unpacked while they are read.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>

namespace at2 {

/// A file read once, from start to end.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  ByteSource(const ByteSource&) = delete;
  ByteSource& operator=(const ByteSource&) = delete;

  /// Fills as much of `bytes` as the file still has. \returns the number of bytes, 0 at the end
  /// \throws UserError naming the file if it cannot be read, is damaged, or ends within its compressed content.
  [[nodiscard]] virtual std::size_t read(std::span<char> bytes) = 0;

 protected:
  ByteSource() = default;
};

/// Opens a file that is plain, gzip or zstd: its first bytes decide, not its name. Files made of several compressed
/// parts are read to the end.
/// \throws UserError if it is missing, unreadable, not a regular file, or of a format that is no text (Parquet, zip,
///         bzip2, xz).
[[nodiscard]] std::unique_ptr<ByteSource> open_bytes(const std::filesystem::path& path);

}  // namespace at2
