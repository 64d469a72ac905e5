/// \file store/atomic_file.h
/// \brief Puts a whole file on disk, or nothing.
#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>

namespace at2 {

/// The process that wrote a temporary file.
struct TemporaryOwner {
  int pid = 0;
  std::string host;
};

/// `<path>.tmp.<pid>.<host>` for this process.
[[nodiscard]] std::filesystem::path temporary_path(const std::filesystem::path& path);

/// Whose temporary file `file_name` is; nothing if it is none.
[[nodiscard]] std::optional<TemporaryOwner> temporary_owner(const std::string& file_name);

/// Name of this machine.
[[nodiscard]] std::string this_host();

/// Writes `bytes` to temporary_path(path), fsync, renames it to `path`, fsync of the folder.
/// \throws UserError with the system's words; then `path` is as before and the temporary file is gone.
void replace_file(const std::filesystem::path& path, std::span<const char> bytes);

}  // namespace at2
