#include "base/atomic_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <utility>

#include "base/errors.h"

namespace at2 {
namespace {

[[noreturn]] void fail(const std::string& what, const std::filesystem::path& path, int error) {
  const bool full = error == ENOSPC || error == EDQUOT || error == EFBIG;
  throw UserError(what + " " + path.string(), std::strerror(error),
                  full ? "make room and run the same command again; finished files are safe"
                       : "check the folder and its permissions, then run the same command again");
}

/// Makes a rename survive a power cut.
void sync_folder(const std::filesystem::path& folder) {
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) fail("cannot open folder", folder, errno);
  const int result = ::fsync(descriptor);
  const int error = errno;
  ::close(descriptor);
  // Some network file systems know no fsync of a folder; their rename is safe at once.
  if (result != 0 && error != EINVAL) fail("cannot write folder", folder, error);
}

}  // namespace

std::filesystem::path behind_link(const std::filesystem::path& path) {
  std::error_code is_none;
  const std::filesystem::path target = std::filesystem::read_symlink(path, is_none);
  return is_none ? path : path.parent_path() / target;
}

void fail_to_write(const std::filesystem::path& path, int error) { fail("cannot write", path, error); }

std::string this_host() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0) return "unknown";
  return name.data();
}

std::filesystem::path temporary_path(const std::filesystem::path& path) {
  return path.string() + ".tmp." + std::to_string(::getpid()) + "." + this_host();
}

std::optional<TemporaryOwner> temporary_owner(const std::string& file_name) {
  const std::string mark = ".tmp.";
  const std::size_t begin = file_name.find(mark);
  if (begin == std::string::npos) return std::nullopt;
  const char* const first = file_name.data() + begin + mark.size();
  const char* const last = file_name.data() + file_name.size();
  TemporaryOwner owner;
  const auto [end, error] = std::from_chars(first, last, owner.pid);
  if (error != std::errc() || owner.pid <= 0 || end == last || *end != '.') return std::nullopt;
  owner.host.assign(end + 1, last);
  return owner;
}

AtomicFile::AtomicFile(const std::filesystem::path& path)
    : path_(behind_link(path)), temporary_(temporary_path(path_)) {
  descriptor_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (descriptor_ < 0) fail_to_write(path_, errno);
}

AtomicFile::~AtomicFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
  if (!renamed_) ::unlink(temporary_.c_str());
}

void AtomicFile::write(std::span<const char> bytes) {
  // One call writes at most 2 GB.
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor_, bytes.data(), std::min<std::size_t>(bytes.size(), 1U << 30U));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail_to_write(path_, errno);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
}

void AtomicFile::commit() {
  if (::fsync(descriptor_) != 0) fail_to_write(path_, errno);
  if (::close(std::exchange(descriptor_, -1)) != 0) fail_to_write(path_, errno);
  if (::rename(temporary_.c_str(), path_.c_str()) != 0) fail_to_write(path_, errno);
  renamed_ = true;
  const std::filesystem::path folder = path_.parent_path();
  sync_folder(folder.empty() ? "." : folder);
}

void replace_file(const std::filesystem::path& path, std::span<const char> bytes) {
  AtomicFile file(path);
  file.write(bytes);
  file.commit();
}

}  // namespace at2
