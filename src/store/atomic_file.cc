#include "store/atomic_file.h"

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

/// A file that is removed again unless it was renamed.
class TemporaryFile {
 public:
  TemporaryFile(std::filesystem::path path, const std::filesystem::path& final_path) : path_(std::move(path)) {
    descriptor_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (descriptor_ < 0) fail("cannot write", final_path, errno);
  }
  ~TemporaryFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
    if (!renamed_) ::unlink(path_.c_str());
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  void write(std::span<const char> bytes, const std::filesystem::path& final_path) {
    // One call writes at most 2 GB.
    while (!bytes.empty()) {
      const ssize_t written = ::write(descriptor_, bytes.data(), std::min<std::size_t>(bytes.size(), 1U << 30U));
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) fail("cannot write", final_path, errno);
      bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
    if (::fsync(descriptor_) != 0) fail("cannot write", final_path, errno);
    if (::close(std::exchange(descriptor_, -1)) != 0) fail("cannot write", final_path, errno);
  }

  void rename_to(const std::filesystem::path& final_path) {
    if (::rename(path_.c_str(), final_path.c_str()) != 0) fail("cannot write", final_path, errno);
    renamed_ = true;
  }

 private:
  std::filesystem::path path_;
  int descriptor_ = -1;
  bool renamed_ = false;
};

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

void replace_file(const std::filesystem::path& path, std::span<const char> bytes) {
  TemporaryFile file(temporary_path(path), path);
  file.write(bytes, path);
  file.rename_to(path);
  const std::filesystem::path folder = path.parent_path();
  sync_folder(folder.empty() ? "." : folder);
}

}  // namespace at2
