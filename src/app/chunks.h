/// \file app/chunks.h
/// \brief A stage as chunks of examples: what is missing is computed, by whichever rank is free, and stored for good.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "app/session.h"
#include "app/stopping.h"
#include "data/example.h"
#include "store/shard.h"
#include "store/shard_folder.h"

namespace at2 {

/// Half-open range of examples.
struct ExampleRange {
  std::int64_t begin = 0;
  std::int64_t end = 0;
};

/// How a data set is cut into chunks: a function of its size and of store.chunk_size, never of ranks.
class Chunking {
 public:
  Chunking(std::span<const Example> examples, std::int64_t chunk_size);
  [[nodiscard]] std::int64_t num_chunks() const noexcept { return std::ssize(costs_); }
  [[nodiscard]] ExampleRange examples_of(std::int64_t chunk) const;
  /// Expected work of a chunk, only comparable within a stage.
  [[nodiscard]] double cost(std::int64_t chunk) const { return costs_[static_cast<std::size_t>(chunk)]; }

 private:
  std::int64_t num_examples_;
  std::int64_t chunk_size_;
  std::vector<double> costs_;
};

struct ChunkStage {
  /// As in the progress line: "generate", "ablate".
  std::string name;
  std::filesystem::path folder;
  ShardHeader header;
  const Chunking* chunking = nullptr;
  /// Whether shards of other devices count as finished.
  DeviceMix mix = DeviceMix::refuse;
};

/// Number of chunks that are still to be computed. Removes what killed processes left and sets damaged shards aside.
/// \collective
/// \throws AgreedError if the folder holds shards of another run
[[nodiscard]] std::int64_t count_missing(const Session& session, const ChunkStage& stage);

/// Fills the shard of a chunk; called on one rank alone.
using ComputeChunk = std::function<void(std::int64_t chunk, ShardWriter& writer)>;

/// Computes and stores the missing chunks. Several processes may do so on one folder at once: each chunk is computed by
/// the one that claims it, and all wait, asleep, until all chunks are there. \collective
/// \return StageEnd::stopped if a rank was asked to stop: chunks at hand were finished, others not begun, and one line
///         has said so
[[nodiscard]] StageEnd run_chunks(const Session& session, const ChunkStage& stage, const ComputeChunk& compute);

/// Returns when this rank sees a file that another has written. Not collective.
/// \throws UserError if that takes too long
void wait_for_file(const Session& session, const std::filesystem::path& path);

/// After which a claim that does not change is taken for dead: store.claim_seconds.
[[nodiscard]] std::chrono::duration<double> claim_lifetime(const Session& session);

/// The files of a finished stage in order, checked by their headers. There may be more than can be open at once.
/// \pre all ranks may call it at different times
/// \throws UserError naming the command that makes what is missing
[[nodiscard]] std::vector<std::filesystem::path> finished_shards(const ChunkStage& stage, const std::string& command);

}  // namespace at2
