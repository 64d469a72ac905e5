#include "app/chunk_board.h"

#include <algorithm>

namespace at2 {

namespace fs = std::filesystem;

std::int64_t count_shards(const fs::path& folder) {
  std::int64_t count = 0;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) count += entry.path().extension() == ".h5" ? 1 : 0;
  return count;
}

std::vector<Work> ChunkBoard::look() {
  std::vector<Work> open;
  std::vector<Work> idle;
  for (const Work& work : open_) {
    const fs::path shard = shard_path(folder_, work.chunk);
    const ClaimState claim = watch_.look(claim_path(shard));
    // After the look at the claim: a holder gives it up when the shard is there.
    if (fs::exists(shard)) continue;
    open.push_back(work);
    if (claim != ClaimState::held) idle.push_back(work);
  }
  open_ = std::move(open);
  return idle;
}

void ChunkBoard::close(const std::set<std::int64_t>& written) {
  std::erase_if(open_, [&](const Work& work) { return written.contains(work.chunk); });
}

}  // namespace at2
