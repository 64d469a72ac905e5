#include "app/chunks.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <set>
#include <thread>

#include "app/chunk_board.h"
#include "app/damaged_files.h"
#include "base/errors.h"
#include "base/timer.h"
#include "comm/agree.h"
#include "comm/work_queue.h"
#include "store/claim.h"

namespace at2 {
namespace {

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

/// What all ranks know between two passes over the open chunks.
struct Standing {
  std::int64_t open = 0;
  std::int64_t idle = 0;
  int signal = 0;
};

/// Looks at the board until there is something to do, for a second at most: other ranks may have been told to stop.
/// \param works  gets the chunks to be computed, on rank 0 \collective
Standing look(const Session& session, ChunkBoard& board, std::vector<Work>& works) {
  std::array<std::int64_t, 2> counts{};
  agreed(session.communicator(), [&] {
    if (session.communicator().rank() != 0) return;
    const Timer timer;
    for (works = board.look(); works.empty() && board.num_open() > 0 && timer.seconds() < 1; works = board.look()) {
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    counts = {board.num_open(), std::ssize(works)};
  });
  session.communicator().broadcast(buffer_of(std::span<std::int64_t>(counts)), 0);
  return {counts[0], counts[1], stop_signal(session)};
}

/// Computes and stores a chunk, unless another process does, or has done so. \return whether it was done here
bool compute_chunk(const Session& session, const ChunkStage& stage, std::int64_t chunk, const ComputeChunk& compute) {
  const std::filesystem::path shard = shard_path(stage.folder, chunk);
  if (std::filesystem::exists(shard)) return false;
  const auto claim = Claim::take(claim_path(shard), claim_lifetime(session));
  // The holder before may have finished between our look and our claim.
  if (!claim || std::filesystem::exists(shard)) return false;
  ShardHeader header = stage.header;
  header.chunk = chunk;
  ShardWriter writer(shard, header);
  compute(chunk, writer);
  session.journal->chunk_done(writer.commit());
  return true;
}

/// One pass over the idle chunks. \return those that this run has written, on all ranks \collective
std::set<std::int64_t> run_pass(const Session& session, const ChunkStage& stage, std::span<const Work> works,
                                const ComputeChunk& compute, Progress& progress) {
  std::vector<std::uint8_t> written(static_cast<std::size_t>(stage.header.num_chunks));
  const auto queue = make_work_queue(session.communicator(), works, [&session] { return session.stop.signal() != 0; });
  while (const auto chunk = queue->next()) {
    if (session.communicator().rank() == 0) progress.update(count_shards(stage.folder));
    if (compute_chunk(session, stage, *chunk, compute)) written[static_cast<std::size_t>(*chunk)] = 1;
  }
  queue->finish();
  session.journal->waited(queue->seconds_waited());
  session.communicator().all_reduce(buffer_of(std::span(written)), Reduction::max);
  std::set<std::int64_t> chunks;
  for (std::size_t chunk = 0; chunk < written.size(); ++chunk) {
    if (written[chunk] != 0) chunks.insert(static_cast<std::int64_t>(chunk));
  }
  return chunks;
}

/// Waits until this rank sees all shards: a network file system may show it a new file some time after rank 0. Removes
/// the claims of processes that died when their shards were there. \collective
void settle(const Session& session, const ChunkStage& stage) {
  agreed(session.communicator(), [&] {
    for (std::int64_t chunk = 0; chunk < stage.header.num_chunks; ++chunk) {
      wait_for_file(session, shard_path(stage.folder, chunk));
    }
    if (session.communicator().rank() == 0) remove_claims(stage.folder);
  });
}

}  // namespace

std::chrono::duration<double> claim_lifetime(const Session& session) {
  return std::chrono::duration<double>(session.options.store.claim_seconds);
}

void wait_for_file(const Session& session, const std::filesystem::path& path) {
  // The longest that a client of NFS believes what it knows, by default.
  constexpr double kPatience = 60;
  const Timer timer;
  while (!std::filesystem::exists(path)) {
    if (timer.seconds() > kPatience) {
      throw UserError("rank " + std::to_string(session.communicator().rank()) + " on " + session.environment.host() +
                          " does not see " + path.string(),
                      "it was written " + std::to_string(static_cast<int>(kPatience)) + " s ago",
                      "put the run folder on a file system that all machines share");
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
}

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
  set_damaged_shards_aside(session, stage);
  auto count = static_cast<std::int64_t>(find_missing(session, stage).size());
  session.communicator().broadcast(buffer_of(std::span(&count, 1)), 0);
  if (count == 0) {
    session.log.say(stage.name + ": all chunks are there already");
    settle(session, stage);
  }
  return count;
}

StageEnd run_chunks(const Session& session, const ChunkStage& stage, const ComputeChunk& compute) {
  ChunkBoard board(stage, find_missing(session, stage), claim_lifetime(session));
  const std::int64_t total = stage.header.num_chunks;
  const std::int64_t found = total - board.num_open();
  const bool speaks = session.communicator().rank() == 0;
  if (speaks && found > 0 && found < total) {
    session.log.say(stage.name + ": " + std::to_string(found) + " of " + std::to_string(total) +
                    " chunks are there already");
  }
  Progress progress(session.log, stage.name, "chunks", total, found);
  session.journal->begin(stage.name);
  std::vector<Work> works;
  for (;;) {
    const Timer timer;
    const Standing standing = look(session, board, works);
    session.journal->waited(timer.seconds());
    if (standing.open == 0) break;
    if (speaks) progress.update(total - standing.open);
    if (standing.signal != 0) {
      session.journal->end();
      say_stopped(session, standing.signal,
                  "after " + std::to_string(total - standing.open) + " of " + std::to_string(total) + " chunks of " +
                      stage.name);
      return StageEnd::stopped;
    }
    if (standing.idle == 0) continue;
    const std::set<std::int64_t> written = run_pass(session, stage, works, compute, progress);
    board.close(written);
    // Others were faster; their claims or shards may be a moment away from being seen here.
    if (written.empty()) std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  session.journal->end();
  if (speaks) {
    progress.update(total);
    progress.finish();
  }
  settle(session, stage);
  return StageEnd::complete;
}

std::vector<std::filesystem::path> finished_shards(const ChunkStage& stage, const std::string& command) {
  const auto missing = missing_chunks(stage.folder, stage.header, stage.mix);
  if (!missing.empty()) {
    throw UserError(
        stage.folder.string() + " is not complete",
        std::to_string(missing.size()) + " of " + std::to_string(stage.header.num_chunks) + " chunks are missing",
        "run " + command + " with the same config first");
  }
  return shard_paths(stage.folder, stage.header.num_chunks);
}

}  // namespace at2
