#include "app/chunks.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "base/errors.h"
#include "comm/agree.h"
#include "comm/work_queue.h"

namespace at2 {
namespace {

/// Shards that lie in a folder now, whoever wrote them; for the progress line only.
std::int64_t count_files(const std::filesystem::path& folder) {
  std::int64_t count = 0;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    count += entry.path().extension() == ".h5" ? 1 : 0;
  }
  return count;
}

/// The missing chunks, on rank 0; other ranks get an empty list.
std::vector<Work> find_missing(const Session& session, const ChunkStage& stage) {
  std::vector<Work> missing;
  agreed(session.communicator(), [&] {
    if (session.communicator().rank() != 0) return;
    prepare_folder(stage.folder);
    static_cast<void>(remove_leftovers(stage.folder));
    for (const std::int64_t chunk : missing_chunks(stage.folder, stage.header, stage.mix)) {
      missing.push_back({chunk, stage.chunking->cost(chunk)});
    }
  });
  return missing;
}

}  // namespace

Chunking::Chunking(std::span<const Example> examples, std::int64_t chunk_size)
    : num_examples_(std::ssize(examples)), chunk_size_(chunk_size) {
  for (std::int64_t begin = 0; begin < num_examples_; begin += chunk_size_) {
    double cost = 0;
    for (std::int64_t e = begin; e < std::min(begin + chunk_size_, num_examples_); ++e) {
      cost += static_cast<double>(examples[static_cast<std::size_t>(e)].content.size());
    }
    costs_.push_back(cost);
  }
}

ExampleRange Chunking::examples_of(std::int64_t chunk) const {
  return {chunk * chunk_size_, std::min((chunk + 1) * chunk_size_, num_examples_)};
}

std::int64_t count_missing(const Session& session, const ChunkStage& stage) {
  auto count = static_cast<std::int64_t>(find_missing(session, stage).size());
  session.communicator().broadcast(buffer_of(std::span(&count, 1)), 0);
  if (count == 0) session.log.say(stage.name + ": all chunks are there already");
  return count;
}

void run_chunks(const Session& session, const ChunkStage& stage,
                const std::function<void(std::int64_t, ShardWriter&)>& compute) {
  const std::vector<Work> missing = find_missing(session, stage);
  const std::int64_t total = stage.header.num_chunks;
  const bool speaks = session.communicator().rank() == 0;
  const std::int64_t found = total - std::ssize(missing);
  if (speaks && found > 0 && found < total) {
    session.log.say(stage.name + ": " + std::to_string(found) + " of " + std::to_string(total) +
                    " chunks are there already");
  }
  Progress progress(session.log, stage.name, "chunks", total, found);
  const auto queue = make_work_queue(session.communicator(), missing);
  while (const auto chunk = queue->next()) {
    if (speaks) progress.update(count_files(stage.folder));
    // Another run may have put it there, if runs share the folder (store.shared).
    if (std::filesystem::exists(shard_path(stage.folder, *chunk))) continue;
    ShardHeader header = stage.header;
    header.chunk = *chunk;
    ShardWriter writer(shard_path(stage.folder, *chunk), header);
    compute(*chunk, writer);
    writer.commit();
  }
  queue->finish();
  if (speaks) {
    progress.update(total);
    progress.finish();
  }
}

std::vector<std::filesystem::path> finished_shards(const ChunkStage& stage, const std::string& command) {
  const auto missing = missing_chunks(stage.folder, stage.header, stage.mix);
  if (!missing.empty()) {
    throw UserError(
        stage.folder.string() + " is not complete",
        std::to_string(missing.size()) + " of " + std::to_string(stage.header.num_chunks) + " chunks are missing",
        "run " + command + " with the same config first");
  }
  std::vector<std::filesystem::path> paths;
  for (std::int64_t chunk = 0; chunk < stage.header.num_chunks; ++chunk) {
    paths.push_back(shard_path(stage.folder, chunk));
  }
  return paths;
}

std::string example_group(std::int64_t index) {
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "examples/%06lld", static_cast<long long>(index));
  return text.data();
}

}  // namespace at2
