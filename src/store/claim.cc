#include "store/claim.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <optional>
#include <random>
#include <sstream>
#include <utility>
#include <vector>

#include "base/atomic_file.h"
#include "base/errors.h"
#include "base/process.h"

namespace at2 {
namespace {

namespace fs = std::filesystem;
using Seconds = std::chrono::duration<double>;

/// Nothing if there is no such file, or it cannot be read.
std::optional<std::string> content_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  return std::string(std::istreambuf_iterator<char>(file), {});
}

/// What numbers of processes refer to: this machine since its start, and the container. One word.
std::string this_machine() {
  std::string name = this_host();
  std::string boot = content_of("/proc/sys/kernel/random/boot_id").value_or("");
  if (boot.ends_with('\n')) boot.pop_back();
  std::error_code unknown;
  const std::string container = fs::read_symlink("/proc/self/ns/pid", unknown).string();
  return name + "/" + boot + "/" + container;
}

std::string random_token() {
  std::random_device device;
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "%08x%08x", device(), device());
  return text.data();
}

/// The first line of a claim: who holds it, different for every claim ever made. The time of the start tells a process
/// from a later one with its number.
std::string new_holder() {
  const std::int64_t start = process_start(::getpid()).value_or(0);
  return this_machine() + " " + std::to_string(::getpid()) + " " + std::to_string(start) + " " + random_token();
}

std::string first_line(const std::string& content) { return content.substr(0, content.find('\n')); }

/// Whether the holder is known to be gone. Of another machine, or of a claim half written, nobody knows.
bool is_gone(const std::string& content) {
  const std::string holder = first_line(content);
  const std::string machine = this_machine() + " ";
  if (!holder.starts_with(machine)) return false;
  std::istringstream fields(holder.substr(machine.size()));
  std::int64_t pid = 0;
  std::int64_t start = 0;
  std::string token;
  if (!(fields >> pid >> start >> token)) return false;
  if (!process_lives(pid)) return true;
  const auto lives_since = process_start(pid);
  return start != 0 && lives_since && *lives_since != start;
}

/// Takes a dead claim away. Between the look at it and this, another may have done so, and a third have claimed anew:
/// what was taken away is looked at once more, and a living claim is put back. \return whether it was the dead one
/// \throws UserError if the folder cannot be written: nobody could ever claim anew
bool remove_dead(const fs::path& path, const std::string& dead) {
  const fs::path aside = temporary_path(path);
  if (::rename(path.c_str(), aside.c_str()) != 0) {
    if (errno == ENOENT) return false;
    fail_to_write(path, errno);
  }
  const bool right = content_of(aside).value_or("") == dead;
  // link() fails if there is a new claim by now: then two compute the same.
  if (!right) static_cast<void>(!::link(aside.c_str(), path.c_str()));
  ::unlink(aside.c_str());
  return right;
}

}  // namespace

fs::path claim_path(const fs::path& file) { return behind_link(file).replace_extension(".claim"); }

std::unique_ptr<Claim> Claim::take(const fs::path& path, Seconds lifetime) {
  // Made out before there is a file: a process that is killed before it writes leaves a claim of which nobody knows
  // whose it was, and others wait for its whole lifetime.
  std::string holder = new_holder();
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (descriptor >= 0) return std::unique_ptr<Claim>(new Claim(path, std::move(holder), descriptor, lifetime));
  if (errno == EEXIST) return nullptr;
  fail_to_write(path, errno);
}

Claim::Claim(fs::path path, std::string holder, int descriptor, Seconds lifetime)
    : path_(std::move(path)), holder_(std::move(holder)), descriptor_(descriptor) {
  const std::string line = holder_ + "\n";
  static_cast<void>(!::pwrite(descriptor_, line.data(), line.size(), 0));
  write_beat(0);
  thread_ = std::thread([this, lifetime] { keep_alive(lifetime / 6); });
}

Claim::~Claim() {
  {
    const std::lock_guard lock(mutex_);
    is_released_ = true;
  }
  released_.notify_all();
  thread_.join();
  ::close(descriptor_);
  // If this process was silent for long, the claim may be another's by now.
  const auto content = content_of(path_);
  if (content && content->starts_with(holder_ + "\n")) ::unlink(path_.c_str());
}

/// Through the open file: if the claim was taken away, this reaches nobody, and not the new holder's claim. A beat that
/// cannot be written is one that others do not see.
void Claim::write_beat(std::int64_t beat) const {
  std::array<char, 40> text{};
  const int length = std::snprintf(text.data(), text.size(), "%018lld\n", static_cast<long long>(beat));
  const auto place = static_cast<off_t>(holder_.size() + 1);
  static_cast<void>(!::pwrite(descriptor_, text.data(), static_cast<std::size_t>(length), place));
  // Network file systems show others what was written when it is flushed.
  static_cast<void>(!::fsync(descriptor_));
}

void Claim::keep_alive(Seconds interval) {
  std::unique_lock lock(mutex_);
  for (std::int64_t beat = 1; !released_.wait_for(lock, interval, [this] { return is_released_; }); ++beat) {
    write_beat(beat);
  }
}

ClaimState ClaimWatch::look(const fs::path& path) {
  const auto now = std::chrono::steady_clock::now();
  const auto content = content_of(path);
  if (!content) {
    sights_.erase(path);
    return ClaimState::absent;
  }
  const auto [sight, is_new] = sights_.try_emplace(path, Sight{*content, now});
  if (!is_new && sight->second.content != *content) sight->second = {*content, now};
  if (now - sight->second.since < lifetime_ && !is_gone(*content)) return ClaimState::held;
  sights_.erase(sight);
  return remove_dead(path, *content) ? ClaimState::removed : ClaimState::held;
}

bool is_of_dead_process(const fs::path& claim) { return is_gone(content_of(claim).value_or("")); }

void remove_claims(const fs::path& folder) {
  std::vector<fs::path> claims;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (entry.path().extension() == ".claim") claims.push_back(entry.path());
  }
  for (const fs::path& claim : claims) fs::remove(claim, error);
}

}  // namespace at2
