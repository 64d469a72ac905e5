/// \file store/memory_file.h
/// \brief An HDF5 file that lies in memory until it is finished. Included by store/ only.
#pragma once

#include <H5Cpp.h>

#include <memory>
#include <span>
#include <string>

namespace at2 {

/// A new HDF5 file in memory. Faults of the disk then never happen inside HDF5, which cannot close a file any more
/// once a write has failed.
class MemoryFile {
 public:
  /// \param name  for HDF5's messages only
  /// \throws H5::Exception
  explicit MemoryFile(const std::string& name);
  ~MemoryFile();
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  [[nodiscard]] H5::H5File& file() noexcept { return file_; }

  /// Closes the file; its content, valid as long as this object. Called once, after which file() is closed.
  /// \throws H5::Exception
  [[nodiscard]] std::span<const char> close();

 private:
  struct Memory;
  std::unique_ptr<Memory> memory_;
  H5::H5File file_;
};

}  // namespace at2
