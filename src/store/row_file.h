/// \file store/row_file.h
/// \brief Reads rows of arrays at their places in a file, without HDF5, which allows one thread at a time only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>

namespace at2 {

/// Bytes between the beginnings of two rows of `row_bytes` each.
[[nodiscard]] constexpr std::int64_t row_stride(std::int64_t row_bytes) { return row_bytes + 4; }

/// A file opened for reading rows that were written with Layout::rows.
class RowFile {
 public:
  /// \throws UserError if the file cannot be opened
  explicit RowFile(std::filesystem::path path);
  ~RowFile();
  RowFile(const RowFile&) = delete;
  RowFile& operator=(const RowFile&) = delete;

  /// Fills `row` from byte `place` of the file (StoredRows::first and multiples of row_stride behind it), in one read.
  /// Several threads may call it at once.
  /// \throws UserError if the file ends there or the row's Fletcher-32 is not that of its bytes
  void read(std::int64_t place, std::span<std::byte> row) const;

 private:
  std::filesystem::path path_;
  int descriptor_;
};

}  // namespace at2
