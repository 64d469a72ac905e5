#include "app/train_cache.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>

namespace at2 {
namespace {

std::optional<std::int64_t> number_in(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::int64_t number = 0;
  // A group without a limit holds the word max.
  return file >> number ? std::optional(number) : std::nullopt;
}

/// MemAvailable of /proc/meminfo.
std::int64_t available_to_machine() {
  std::ifstream file("/proc/meminfo");
  for (std::string word; file >> word;) {
    if (word != "MemAvailable:") continue;
    std::int64_t kilobytes = 0;
    file >> kilobytes;
    return kilobytes * 1024;
  }
  return 0;
}

/// Folder of this process in the one hierarchy of control groups (version 2).
std::filesystem::path control_group() {
  std::ifstream file("/proc/self/cgroup");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("0::/")) return "/sys/fs/cgroup" + line.substr(3);
  }
  return {};
}

}  // namespace

std::int64_t available_memory() {
  std::int64_t available = available_to_machine();
  const std::filesystem::path root = "/sys/fs/cgroup";
  for (std::filesystem::path group = control_group(); group.has_relative_path() && group != root;
       group = group.parent_path()) {
    const auto limit = number_in(group / "memory.max");
    if (limit)
      available =
          std::min(available, std::max<std::int64_t>(0, *limit - number_in(group / "memory.current").value_or(0)));
  }
  return available;
}

std::int64_t train_cache_bytes(const Session& session) {
  if (const auto gigabytes = session.options.train.cache_gb) return static_cast<std::int64_t>(*gigabytes * 1e9);
  return available_memory() / 4 / std::max(1, session.environment.local_size());
}

}  // namespace at2
