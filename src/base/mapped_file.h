/// \file base/mapped_file.h
/// \brief A read-only memory-mapped file.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>

namespace at2 {

/// Maps a whole file read-only for as long as it lives. Pages are shared by all processes that map the same file.
class MappedFile {
 public:
  /// \throws UserError naming `path` if it is missing, unreadable or not a regular file. An empty file maps to no
  /// bytes.
  explicit MappedFile(const std::filesystem::path& path);
  ~MappedFile();
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  [[nodiscard]] std::span<const std::byte> bytes() const noexcept { return {begin_, size_}; }
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

 private:
  std::filesystem::path path_;
  const std::byte* begin_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace at2
