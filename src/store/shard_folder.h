/// \file store/shard_folder.h
/// \brief A folder of shards: names, what is finished, what does not belong.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "store/shard.h"

namespace at2 {

/// Whether shards from other kinds of device, dtype or instruction set may stand side by side in one folder.
enum class DeviceMix { refuse, allow };

/// `folder`/chunk-00012.h5
[[nodiscard]] std::filesystem::path shard_path(const std::filesystem::path& folder, std::int64_t chunk);

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
