#include "store/shard_folder.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <optional>
#include <string>

#include "base/atomic_file.h"
#include "base/errors.h"
#include "base/process.h"
#include "store/checksum.h"

namespace at2 {
namespace {

constexpr const char* kSetAside = ".damaged";

constexpr const char* kUseOut =
    "use --out DIR for another folder, or go back to the config that this folder was made with";

void require_equal(const std::filesystem::path& path, const std::string& what, const std::string& found,
                   const std::string& expected, const char* what_to_do) {
  if (found == expected) return;
  throw UserError(path.string() + " belongs to another run",
                  "its " + what + " is " + found + ", this run wants " + expected, what_to_do);
}

/// 12 for "chunk-00012.h5"; nothing for other names.
std::optional<std::int64_t> chunk_number(const std::string& file_name, const std::string& suffix = ".h5") {
  const std::string prefix = "chunk-";
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
  if (owner.host == this_host()) return process_lives(owner.pid);
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

std::vector<std::filesystem::path> shard_paths(const std::filesystem::path& folder, std::int64_t num_chunks) {
  std::vector<std::filesystem::path> paths;
  for (std::int64_t chunk = 0; chunk < num_chunks; ++chunk) paths.push_back(shard_path(folder, chunk));
  return paths;
}

std::vector<std::filesystem::path> complete_shards(const std::filesystem::path& folder, const std::string& kind,
                                                   std::int64_t schema_version, const std::string& command) {
  const std::string first = "run " + command + " on this folder to its end first";
  const FolderContents contents = contents_of(folder);
  if (contents.finished.empty()) {
    throw UserError(folder.parent_path().string() + " has no " + kind, folder.string() + " is empty or missing", first);
  }
  ShardHeader header = ShardReader(shard_path(folder, contents.finished.front())).header();
  header.kind = kind;
  header.schema_version = schema_version;
  const auto missing = missing_chunks(folder, header, DeviceMix::allow);
  if (!missing.empty()) {
    const std::string count = std::to_string(missing.size()) + " of " + std::to_string(header.num_chunks);
    throw UserError(
        folder.string() + " is not complete",
        count + " chunks are missing, " + shard_path(folder, missing.front()).filename().string() + " first", first);
  }
  return shard_paths(folder, header.num_chunks);
}

FolderContents contents_of(const std::filesystem::path& folder) {
  FolderContents contents;
  std::error_code missing_folder;
  for (const auto& entry : std::filesystem::directory_iterator(folder, missing_folder)) {
    const std::string name = entry.path().filename().string();
    if (const auto chunk = chunk_number(name)) contents.finished.push_back(*chunk);
    if (const auto chunk = chunk_number(name, ".h5" + std::string(kSetAside))) contents.set_aside.push_back(*chunk);
    if (name.starts_with("chunk-") && name.ends_with(".claim")) contents.claims.push_back(entry.path());
    if (const auto owner = temporary_owner(name)) {
      (may_live(entry, *owner) ? contents.writing : contents.leftovers).push_back(entry.path());
    }
  }
  std::sort(contents.finished.begin(), contents.finished.end());
  std::sort(contents.set_aside.begin(), contents.set_aside.end());
  std::erase_if(contents.set_aside, [&](std::int64_t chunk) {
    return std::binary_search(contents.finished.begin(), contents.finished.end(), chunk);
  });
  return contents;
}

ShardCheck check_shards(const std::filesystem::path& folder, std::int64_t part, std::int64_t parts) {
  ShardCheck checked;
  if (!std::filesystem::exists(folder)) return checked;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const auto chunk = chunk_number(entry.path().filename().string());
    if (!chunk || *chunk % parts != part) continue;
    const FileCheck file = check_file(entry.path());
    ++checked.files;
    checked.bytes += file.bytes;
    if (file.state == Wholeness::damaged) checked.damaged.push_back({*chunk, file.why});
  }
  std::sort(checked.damaged.begin(), checked.damaged.end(),
            [](const DamagedShard& a, const DamagedShard& b) { return a.chunk < b.chunk; });
  return checked;
}

std::filesystem::path set_aside(const std::filesystem::path& path) {
  // A link of the run into a shared folder stays, and leads to the new file once that is written.
  const std::filesystem::path file = behind_link(path);
  const std::filesystem::path aside = file.string() + kSetAside;
  std::error_code error;
  std::filesystem::rename(file, aside, error);
  if (error && error != std::errc::no_such_file_or_directory) {
    throw UserError("cannot set aside " + path.string(), error.message(), "check the permissions of its folder");
  }
  return aside;
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
  for (const auto& path : contents_of(folder).leftovers) {
    std::error_code error;
    if (std::filesystem::remove(path, error)) ++removed;
  }
  return removed;
}

}  // namespace at2
