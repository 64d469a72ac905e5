#include "app/damaged_files.h"

#include <sstream>
#include <string>

#include "base/timer.h"
#include "comm/agree.h"
#include "store/checksum.h"

namespace at2 {
namespace {

/// Reading for longer than this is worth a line.
constexpr double kLongSeconds = 5;

void warn_and_set_aside(const Log& log, const std::filesystem::path& path, const std::string& why) {
  const std::filesystem::path aside = set_aside(path);
  log.warn(path.string() + " is damaged (" + why + "): set aside as " + aside.filename().string() +
           " and measured again");
}

/// "12 why" for each damaged shard of this rank's share, one a line.
std::string damaged_of_share(const Session& session, const ChunkStage& stage) {
  Communicator& ranks = session.communicator();
  const ShardCheck checked = check_shards(stage.folder, ranks.rank(), ranks.size());
  std::string lines;
  for (const DamagedShard& shard : checked.damaged) lines += std::to_string(shard.chunk) + " " + shard.why + "\n";
  return lines;
}

}  // namespace

void set_damaged_shards_aside(const Session& session, const ChunkStage& stage) {
  const Timer timer;
  Communicator& ranks = session.communicator();
  const std::string mine = agreed(ranks, [&] { return damaged_of_share(session, stage); });
  const std::vector<std::string> shares = gather_texts(ranks, mine);
  agreed(ranks, [&] {
    // One rank renames, the one that then looks for missing chunks: it sees its own change on any file system.
    if (ranks.rank() != 0) return;
    for (const std::string& share : shares) {
      std::istringstream lines(share);
      std::int64_t chunk = 0;
      for (std::string why; lines >> chunk && std::getline(lines >> std::ws, why);) {
        warn_and_set_aside(session.log, shard_path(stage.folder, chunk), why);
      }
    }
  });
  if (timer.seconds() > kLongSeconds) {
    session.log.say(stage.name + ": compared the shards with their checksums in " +
                    std::to_string(static_cast<std::int64_t>(timer.seconds())) + " s");
  }
}

void set_damaged_file_aside(const Log& log, const std::filesystem::path& path) {
  if (!std::filesystem::exists(path)) return;
  const FileCheck check = check_file(path);
  if (check.state == Wholeness::damaged) warn_and_set_aside(log, path, check.why);
}

}  // namespace at2
