#include "store/shard_folder.h"

#include <signal.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <optional>
#include <string>

#include "base/atomic_file.h"
#include "base/errors.h"

namespace at2 {
namespace {

constexpr const char* kUseOut =
    "use --out DIR for another folder, or go back to the config that this folder was made with";

void require_equal(const std::filesystem::path& path, const std::string& what, const std::string& found,
                   const std::string& expected, const char* what_to_do) {
  if (found == expected) return;
  throw UserError(path.string() + " belongs to another run",
                  "its " + what + " is " + found + ", this run wants " + expected, what_to_do);
}

/// 12 for "chunk-00012.h5"; nothing for other names.
std::optional<std::int64_t> chunk_number(const std::string& file_name) {
  const std::string prefix = "chunk-";
  const std::string suffix = ".h5";
  if (!file_name.starts_with(prefix) || !file_name.ends_with(suffix)) return std::nullopt;
  const char* const first = file_name.data() + prefix.size();
  const char* const last = file_name.data() + file_name.size() - suffix.size();
  std::int64_t chunk = 0;
  const auto [end, error] = std::from_chars(first, last, chunk);
  if (error != std::errc() || end != last || chunk < 0) return std::nullopt;
  return chunk;
}

void check_shard(const std::filesystem::path& path, std::int64_t chunk, const ShardHeader& expected, DeviceMix mix) {
  const ShardHeader found = ShardReader(path).header();
  require_header(path, found, expected, mix);
  require_equal(path, "chunk number", std::to_string(found.chunk), std::to_string(chunk),
                "delete this file and run the same command again");
}

/// Whether the process that wrote a temporary file may still live.
bool may_live(const std::filesystem::directory_entry& file, const TemporaryOwner& owner) {
  if (owner.host == this_host()) return ::kill(owner.pid, 0) == 0 || errno == EPERM;
  std::error_code error;
  const auto written = file.last_write_time(error);
  return error || std::filesystem::file_time_type::clock::now() - written < std::chrono::hours(24);
}

}  // namespace

std::filesystem::path shard_path(const std::filesystem::path& folder, std::int64_t chunk) {
  std::array<char, 40> name{};
  std::snprintf(name.data(), name.size(), "chunk-%05lld.h5", static_cast<long long>(chunk));
  return folder / name.data();
}

void require_header(const std::filesystem::path& path, const ShardHeader& found, const ShardHeader& expected,
                    DeviceMix mix) {
  require_equal(path, "kind", found.kind, expected.kind, "keep each kind of shard in its own folder");
  require_equal(path, "schema version", std::to_string(found.schema_version), std::to_string(expected.schema_version),
                "use --out DIR for another folder, or the version of at2 that made this one");
  require_equal(path, "fingerprint", found.fingerprint, expected.fingerprint, kUseOut);
  require_equal(path, "number of chunks", std::to_string(found.num_chunks), std::to_string(expected.num_chunks),
                kUseOut);
  if (mix == DeviceMix::allow) return;
  const char* const same_machine =
      "continue on the same kind of machine with the same model.device and model.dtype, use --out DIR, or allow the "
      "mix: --set store.allow_device_mix=true";
  require_equal(path, "device", found.device, expected.device, same_machine);
  require_equal(path, "dtype", found.dtype, expected.dtype, same_machine);
  require_equal(path, "CPU instruction set", found.instruction_set, expected.instruction_set, same_machine);
}

std::vector<std::int64_t> finished_chunks(const std::filesystem::path& folder, const ShardHeader& expected,
                                          DeviceMix mix) {
  std::vector<std::int64_t> chunks;
  if (!std::filesystem::exists(folder)) return chunks;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const auto chunk = chunk_number(entry.path().filename().string());
    if (!chunk) continue;
    check_shard(entry.path(), *chunk, expected, mix);
    chunks.push_back(*chunk);
  }
  std::sort(chunks.begin(), chunks.end());
  return chunks;
}

std::vector<std::int64_t> missing_chunks(const std::filesystem::path& folder, const ShardHeader& expected,
                                         DeviceMix mix) {
  const std::vector<std::int64_t> finished = finished_chunks(folder, expected, mix);
  std::vector<std::int64_t> missing;
  for (std::int64_t chunk = 0; chunk < expected.num_chunks; ++chunk) {
    if (!std::binary_search(finished.begin(), finished.end(), chunk)) missing.push_back(chunk);
  }
  return missing;
}

void prepare_folder(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) {
    throw UserError("cannot make folder " + folder.string(), error.message(),
                    "choose another one with --out DIR, or change its permissions");
  }
  const std::filesystem::path probe = folder / "probe";
  replace_file(probe, std::array{'a', 't', '2'});
  std::filesystem::remove(probe, error);
}

std::int64_t remove_leftovers(const std::filesystem::path& folder) {
  std::int64_t removed = 0;
  if (!std::filesystem::exists(folder)) return removed;
  std::vector<std::filesystem::path> leftovers;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const auto owner = temporary_owner(entry.path().filename().string());
    if (owner && !may_live(entry, *owner)) leftovers.push_back(entry.path());
  }
  for (const auto& path : leftovers) {
    std::error_code error;
    if (std::filesystem::remove(path, error)) ++removed;
  }
  return removed;
}

}  // namespace at2
