/// \file app/damaged_files.h
/// \brief A run that goes on does not trust the disk: files that are not what was written are set aside.
#pragma once

#include <filesystem>

#include "app/chunks.h"

namespace at2 {

/// Compares the finished shards of a stage with their checksums, each rank a share of them. Those that are damaged are
/// named and renamed to `chunk-00012.h5.damaged`, so that their chunks count as missing. \collective
/// \throws AgreedError if a shard cannot be read or renamed
void set_damaged_shards_aside(const Session& session, const ChunkStage& stage);

/// The same for a single file, which may be missing. One rank calls it.
/// \throws UserError if it cannot be read or renamed
void set_damaged_file_aside(const Log& log, const std::filesystem::path& path);

}  // namespace at2
