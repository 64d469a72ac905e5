/// \file base/atomic_file.h
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

/// What a link leads to, whether that exists or not; else `path` itself.
[[nodiscard]] std::filesystem::path behind_link(const std::filesystem::path& path);

/// \throws UserError always, with the system's words for `error` and what to do
[[noreturn]] void fail_to_write(const std::filesystem::path& path, int error);

/// Name of this machine.
[[nodiscard]] std::string this_host();

/// A file that takes its name when it is complete: written as temporary_path(path), gone again if it is not committed.
/// Where `path` is a link, the file that it leads to is written, and the link stays.
class AtomicFile {
 public:
  /// \throws UserError with the system's words, as all members do
  explicit AtomicFile(const std::filesystem::path& path);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  void write(std::span<const char> bytes);
  /// fsync, rename to `path`, fsync of the folder.
  void commit();

 private:
  std::filesystem::path path_;
  std::filesystem::path temporary_;
  int descriptor_ = -1;
  bool renamed_ = false;
};

/// The same in one step.
/// \throws UserError with the system's words; then `path` is as before and the temporary file is gone.
void replace_file(const std::filesystem::path& path, std::span<const char> bytes);

}  // namespace at2
