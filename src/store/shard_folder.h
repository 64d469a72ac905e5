/// \file store/shard_folder.h
/// \brief A folder of shards: names, what is finished, what does not belong.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "store/shard.h"

namespace at2 {

/// Whether shards from other kinds of device, dtype or instruction set may stand side by side in one folder.
enum class DeviceMix { refuse, allow };

/// `folder`/chunk-00012.h5
[[nodiscard]] std::filesystem::path shard_path(const std::filesystem::path& folder, std::int64_t chunk);

/// Those of the chunks 0..num_chunks-1 in order, whether they exist or not.
[[nodiscard]] std::vector<std::filesystem::path> shard_paths(const std::filesystem::path& folder,
                                                             std::int64_t num_chunks);

/// The chunks finished in `folder`, ascending; a missing folder has none. Reads headers only.
/// \param expected  what this run would write; its `chunk` is ignored
/// \throws UserError if a shard is damaged, or of another kind, schema, fingerprint or number of chunks (both values
/// are
///         shown), or, with DeviceMix::refuse, of another device, dtype or instruction set.
[[nodiscard]] std::vector<std::int64_t> finished_chunks(const std::filesystem::path& folder,
                                                        const ShardHeader& expected, DeviceMix mix = DeviceMix::refuse);

/// The chunks 0..expected.num_chunks-1 that finished_chunks() lacks, ascending. Throws as that.
[[nodiscard]] std::vector<std::int64_t> missing_chunks(const std::filesystem::path& folder, const ShardHeader& expected,
                                                       DeviceMix mix = DeviceMix::refuse);

/// The files of all shards of a folder in order, for a reader that does not know their fingerprint: they are all there
/// and belong together, with shards of any device side by side. There may be more than can be open at once.
/// \param command  to be run first where some are missing
/// \throws UserError naming the folder or the shard that is wrong, and `command`
[[nodiscard]] std::vector<std::filesystem::path> complete_shards(const std::filesystem::path& folder,
                                                                 const std::string& kind, std::int64_t schema_version,
                                                                 const std::string& command);

/// What lies in a folder, by name alone.
struct FolderContents {
  /// Chunks with a shard, ascending.
  std::vector<std::int64_t> finished;
  /// Chunks whose damaged shard was set aside and that have no other yet, ascending.
  std::vector<std::int64_t> set_aside;
  /// `chunk-*.claim`: chunks that a process is working on, or was.
  std::vector<std::filesystem::path> claims;
  /// Temporary files: in the middle of being written, as far as can be told, and left by processes that were killed.
  std::vector<std::filesystem::path> writing;
  std::vector<std::filesystem::path> leftovers;
};

/// Reads the names in `folder`, and nothing else; one that is missing is empty. Files that come and go meanwhile may or
/// may not be seen.
[[nodiscard]] FolderContents contents_of(const std::filesystem::path& folder);

/// A finished shard whose bytes are not those that were written.
struct DamagedShard {
  std::int64_t chunk = 0;
  std::string why;
};

/// What check_shards() has read.
struct ShardCheck {
  std::vector<DamagedShard> damaged;
  std::int64_t files = 0;
  std::int64_t bytes = 0;
};

/// Compares shards of `folder` with their checksums: those whose chunk is `part` modulo `parts`. Reads them whole. The
/// damaged ones are in ascending order; a missing folder has none.
/// \throws UserError if a shard cannot be read at all
[[nodiscard]] ShardCheck check_shards(const std::filesystem::path& folder, std::int64_t part = 0,
                                      std::int64_t parts = 1);

/// Renames a damaged file to `<path>.damaged`, which counts as missing. Nothing happens if it is
/// gone: another process may have set it aside.
/// \throws UserError if the folder cannot be changed
/// \return the new path
std::filesystem::path set_aside(const std::filesystem::path& path);

/// Throws unless `found` (read from `path`) is what this run would write. Used by finished_chunks and by readers.
/// \throws UserError as finished_chunks()
void require_header(const std::filesystem::path& path, const ShardHeader& found, const ShardHeader& expected,
                    DeviceMix mix = DeviceMix::refuse);

/// Makes `folder` and those above it, and tries whether a file can be written there. One rank calls it.
/// \throws UserError with the system's words.
void prepare_folder(const std::filesystem::path& folder);

/// Removes temporary files that killed processes left: those of this machine whose process is gone, and those of other
/// machines older than a day. One rank calls it, before the others write.
/// \return how many were removed
std::int64_t remove_leftovers(const std::filesystem::path& folder);

}  // namespace at2
