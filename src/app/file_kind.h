/// \file app/file_kind.h
/// \brief What a file seems to be, by its first bytes.
#pragma once

#include <filesystem>
#include <string>

namespace at2 {

enum class FileKind {
  empty,
  gguf,
  hdf5,
  safetensors,
  /// JSON, JSON lines, YAML, CSV, perhaps packed by gzip or zstd.
  text,
  /// Nothing of ours.
  foreign
};

struct FileGuess {
  FileKind kind = FileKind::foreign;
  /// Of foreign files: "a PDF document".
  std::string seems = {};
  /// Of foreign files: what to do, "" where nobody knows.
  std::string what_to_do = {};
};

/// \throws UserError if the file cannot be read
[[nodiscard]] FileGuess guess_kind(const std::filesystem::path& path);

}  // namespace at2
