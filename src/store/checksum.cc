#include "store/checksum.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <string_view>
#include <vector>

#include "base/errors.h"
#include "base/hash.h"
#include "store/hdf5_reader.h"

namespace at2 {
namespace {

constexpr std::string_view kStart = "\nat2: xxh3-128 ";
constexpr std::size_t kDigits = 32;
static_assert(kStart.size() + kDigits + 1 == kChecksumBytes);

/// Bytes read at once: large enough for a network file system, small beside a shard.
constexpr std::size_t kBlockBytes = std::size_t{4} << 20;

std::string line_of(const std::string& digest) { return std::string(kStart) + digest + "\n"; }

[[noreturn]] void cannot_read(const std::filesystem::path& path) {
  throw UserError("cannot read " + path.string(), std::strerror(errno), "check the path, its permissions and the disk");
}

std::ifstream open(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) cannot_read(path);
  return file;
}

/// Digest of all bytes but the last line. \pre the file has one
std::string digest_of(const std::filesystem::path& path, std::uintmax_t content_bytes) {
  std::ifstream file = open(path);
  std::vector<char> block(std::min<std::uintmax_t>(kBlockBytes, content_bytes));
  Fingerprinter fingerprinter;
  while (content_bytes > 0) {
    file.read(block.data(), static_cast<std::streamsize>(std::min<std::uintmax_t>(block.size(), content_bytes)));
    const auto count = static_cast<std::size_t>(file.gcount());
    if (count == 0) cannot_read(path);
    fingerprinter.add(std::span(block.data(), count));
    content_bytes -= count;
  }
  return fingerprinter.digest();
}

/// Empty if the file opens as HDF5 and never had a checksum; else what is wrong, in one line.
std::string why_without_checksum(const std::filesystem::path& path) {
  try {
    static_cast<void>(Hdf5Reader(path));
    return "";
  } catch (const UserError& error) {
    const std::string text = error.what();
    return text.substr(0, text.find('\n'));
  }
}

}  // namespace

std::string checksum_line(std::span<const char> content) {
  return line_of(fingerprint({content.data(), content.size()}));
}

std::optional<std::string> stored_checksum(const std::filesystem::path& path) {
  std::ifstream file = open(path);
  std::array<char, kChecksumBytes> end{};
  if (!file.seekg(-static_cast<std::streamoff>(end.size()), std::ios::end)) return std::nullopt;
  if (!file.read(end.data(), end.size())) return std::nullopt;
  const std::string_view line(end.data(), end.size());
  std::string digest(line.substr(kStart.size(), kDigits));
  if (line != line_of(digest)) return std::nullopt;
  return digest;
}

FileCheck check_file(const std::filesystem::path& path) {
  const auto stored = stored_checksum(path);
  FileCheck check;
  check.bytes = static_cast<std::int64_t>(std::filesystem::file_size(path));
  if (!stored) {
    check.why = why_without_checksum(path);
    check.state = check.why.empty() ? Wholeness::without_checksum : Wholeness::damaged;
    return check;
  }
  const std::string found = digest_of(path, static_cast<std::uintmax_t>(check.bytes) - kChecksumBytes);
  if (found != *stored) {
    check.state = Wholeness::damaged;
    check.why = "its checksum is " + found + ", its last line says " + *stored;
  }
  return check;
}

void require_undamaged(const std::filesystem::path& path) {
  const FileCheck check = check_file(path);
  if (check.state != Wholeness::damaged) return;
  throw UserError(path.string() + " is damaged", check.why, "delete this file and run the same command again");
}

}  // namespace at2
