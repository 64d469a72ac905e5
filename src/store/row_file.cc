#include "store/row_file.h"

#include <fcntl.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

#include "base/errors.h"

namespace at2 {
namespace {

constexpr std::uint64_t kModulus = 65535;

/// The sums of Fletcher-32 over big-endian words of 16 bits, as HDF5 takes them. A last single byte is a high one.
struct Fletcher {
  std::uint64_t low = 0;
  std::uint64_t high = 0;
};

Fletcher fletcher(std::span<const std::byte> bytes) {
  // So many words that neither sum leaves 64 bits.
  constexpr std::size_t words_at_once = std::size_t{1} << 20;
  Fletcher sums;
  std::size_t at = 0;
  while (at + 1 < bytes.size()) {
    for (std::size_t word = 0; word < words_at_once && at + 1 < bytes.size(); ++word, at += 2) {
      sums.low += static_cast<std::uint64_t>(bytes[at]) << 8U | static_cast<std::uint64_t>(bytes[at + 1]);
      sums.high += sums.low;
    }
    sums.low %= kModulus;
    sums.high %= kModulus;
  }
  if (at < bytes.size()) {
    sums.low += static_cast<std::uint64_t>(bytes[at]) << 8U;
    sums.high += sums.low;
  }
  return {sums.low % kModulus, sums.high % kModulus};
}

/// Whether `stored`, little-endian, is the checksum of `bytes`. Zero has two forms in it.
bool agrees(std::span<const std::byte> bytes, std::span<const std::byte, 4> stored) {
  const auto half = [&](std::size_t at) {
    return (static_cast<std::uint64_t>(stored[at + 1]) << 8U | static_cast<std::uint64_t>(stored[at])) % kModulus;
  };
  const Fletcher sums = fletcher(bytes);
  return half(0) == sums.low && half(2) == sums.high;
}

[[noreturn]] void damaged(const std::filesystem::path& path, std::int64_t place, const std::string& why) {
  throw UserError(path.string() + " is damaged at byte " + std::to_string(place), why,
                  "delete this file and run the same command again");
}

/// As preadv, once more where a signal came first. \return bytes read, fewer only at the end of the file
std::size_t read_all(int descriptor, std::array<iovec, 2> parts, std::int64_t place,
                     const std::filesystem::path& path) {
  std::size_t done = 0;
  std::size_t part = 0;
  while (part < parts.size()) {
    const ssize_t count = ::preadv(descriptor, parts.data() + part, static_cast<int>(parts.size() - part),
                                   place + static_cast<std::int64_t>(done));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw UserError("cannot read " + path.string(), std::strerror(errno), "check the disk");
    if (count == 0) break;
    done += static_cast<std::size_t>(count);
    auto left = static_cast<std::size_t>(count);
    while (part < parts.size() && left >= parts[part].iov_len) left -= parts[part++].iov_len;
    if (part < parts.size()) {
      parts[part].iov_base = static_cast<char*>(parts[part].iov_base) + left;
      parts[part].iov_len -= left;
    }
  }
  return done;
}

}  // namespace

RowFile::RowFile(std::filesystem::path path)
    : path_(std::move(path)), descriptor_(::open(path_.c_str(), O_RDONLY | O_CLOEXEC)) {
  if (descriptor_ < 0) throw UserError("cannot read " + path_.string(), std::strerror(errno), "check the path");
}

RowFile::~RowFile() { ::close(descriptor_); }

void RowFile::read(std::int64_t place, std::span<std::byte> row) const {
  std::array<std::byte, 4> stored{};
  const std::array parts = {iovec{row.data(), row.size()}, iovec{stored.data(), stored.size()}};
  if (read_all(descriptor_, parts, place, path_) != row.size() + stored.size()) {
    damaged(path_, place, "it ends there, where a row of " + std::to_string(row.size()) + " bytes should lie");
  }
  if (!agrees(row, stored)) damaged(path_, place, "the checksum of the row that begins there is wrong");
}

}  // namespace at2
