/// \file app/chunk_board.h
/// \brief Which chunks of a stage are still open, and which of them nobody is computing.
#pragma once

#include <chrono>
#include <cstdint>
#include <set>
#include <vector>

#include "app/chunks.h"
#include "comm/work_queue.h"
#include "store/claim.h"

namespace at2 {

/// Shards that lie in a folder now, whoever wrote them.
[[nodiscard]] std::int64_t count_shards(const std::filesystem::path& folder);

/// The chunks that a stage has still to wait for. Rank 0 keeps one; processes of other runs may work on the same
/// folder.
class ChunkBoard {
 public:
  /// \param open  the chunks that are missing now
  ChunkBoard(const ChunkStage& stage, std::vector<Work> open, std::chrono::duration<double> claim_lifetime)
      : folder_(stage.folder), open_(std::move(open)), watch_(claim_lifetime) {}

  /// Those of the open chunks that nobody computes now; claims of dead processes are removed. Chunks whose shards have
  /// appeared are no longer open.
  [[nodiscard]] std::vector<Work> look();

  /// Takes chunks off the board that were written, though their shards may not be visible yet.
  void close(const std::set<std::int64_t>& written);

  [[nodiscard]] std::int64_t num_open() const noexcept { return std::ssize(open_); }

 private:
  std::filesystem::path folder_;
  std::vector<Work> open_;
  ClaimWatch watch_;
};

}  // namespace at2
