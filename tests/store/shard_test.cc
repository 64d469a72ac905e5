// Folders of shards: what counts as finished, what is refused, what survives faults of the disk.
#include "store/shard.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/fsuid.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <fstream>

#include "store/shard_folder.h"
#include "support/test_files.h"

namespace at2 {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

ShardHeader header_of(std::int64_t chunk) {
  return {"ablations", 1, "f00d", "cpu", "float32", instruction_set(), chunk, 4};
}

class ShardTest : public ::testing::Test {
 protected:
  void write_shard(const ShardHeader& header, const std::filesystem::path& name = {}) const {
    ShardWriter writer(name.empty() ? shard_path(path_, header.chunk) : path_ / name, header);
    writer.write("values", at::arange(5000, at::kFloat) + header.chunk);
    writer.commit();
  }
  std::size_t files() const {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(path_), {}));
  }
  /// What a scan says after one change to the header of chunk 1.
  template <class Change>
  std::string message_after(Change change, DeviceMix mix = DeviceMix::refuse) const {
    ShardHeader header = header_of(1);
    change(header);
    write_shard(header, "chunk-00001.h5");
    return message_of([&] { (void)finished_chunks(path_, header_of(0), mix); });
  }

  TestFolder folder_;
  std::filesystem::path path_ = folder_.path();
};

TEST_F(ShardTest, TheHeaderComesBack) {
  write_shard(header_of(3));
  EXPECT_EQ(ShardReader(path_ / "chunk-00003.h5").header(), header_of(3));
}

TEST_F(ShardTest, AScanTellsFinishedAndMissingChunks) {
  write_shard(header_of(3));
  write_shard(header_of(0));
  std::ofstream(path_ / "notes.txt") << "not a shard";
  std::ofstream(path_ / "chunk-00002.h5.tmp.1.somewhere") << "unfinished";
  EXPECT_THAT(finished_chunks(path_, header_of(0)), ElementsAre(0, 3));
  EXPECT_THAT(missing_chunks(path_, header_of(0)), ElementsAre(1, 2));
  EXPECT_THAT(missing_chunks(path_ / "absent", header_of(0)), ElementsAre(0, 1, 2, 3));
}

TEST_F(ShardTest, AnotherFingerprintIsRefusedWithBothValues) {
  EXPECT_THAT(message_after([](ShardHeader& header) { header.fingerprint = "beef"; }),
              AllOf(HasSubstr("chunk-00001.h5"), HasSubstr("is beef"), HasSubstr("wants f00d"), HasSubstr("--out")));
}

TEST_F(ShardTest, AnotherKindSchemaOrNumberOfChunksIsRefused) {
  EXPECT_THAT(message_after([](ShardHeader& header) { header.kind = "scores"; }),
              AllOf(HasSubstr("is scores"), HasSubstr("wants ablations")));
  EXPECT_THAT(message_after([](ShardHeader& header) { header.schema_version = 9; }),
              AllOf(HasSubstr("schema version is 9"), HasSubstr("wants 1")));
  EXPECT_THAT(message_after([](ShardHeader& header) { header.num_chunks = 5; }),
              AllOf(HasSubstr("number of chunks is 5"), HasSubstr("wants 4")));
}

TEST_F(ShardTest, AnotherDeviceDtypeOrInstructionSetIsRefusedUnlessAllowed) {
  const auto changes = {+[](ShardHeader& header) { header.device = "cuda"; },
                        +[](ShardHeader& header) { header.dtype = "bfloat16"; },
                        +[](ShardHeader& header) { header.instruction_set = "ABACUS"; }};
  for (const auto change : changes) {
    EXPECT_THAT(message_after(change), HasSubstr("belongs to another run"));
    EXPECT_EQ(message_after(change, DeviceMix::allow), "");
  }
}

TEST_F(ShardTest, ARenamedShardIsRefused) {
  write_shard(header_of(2), "chunk-00001.h5");
  EXPECT_THAT(message_of([&] { (void)finished_chunks(path_, header_of(0)); }),
              AllOf(HasSubstr("chunk-00001.h5"), HasSubstr("is 2")));
}

TEST_F(ShardTest, ADamagedShardIsNamedByTheScan) {
  write_shard(header_of(1));
  std::filesystem::resize_file(path_ / "chunk-00001.h5", 700);
  EXPECT_THAT(message_of([&] { (void)finished_chunks(path_, header_of(0)); }),
              AllOf(HasSubstr("chunk-00001.h5"), HasSubstr("is damaged"), HasSubstr("delete this file")));
}

/// Flips one bit in the middle of a file.
void flip_bit(const std::filesystem::path& path) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  const auto middle = static_cast<std::streamoff>(std::filesystem::file_size(path) / 2);
  file.seekg(middle);
  const auto byte = static_cast<char>(file.get());
  file.seekp(middle);
  file.put(static_cast<char>(byte ^ 1));
}

TEST_F(ShardTest, DamagedShardsAreFoundEachByOnePartOfThoseWhoLook) {
  for (std::int64_t chunk = 0; chunk < 4; ++chunk) write_shard(header_of(chunk));
  flip_bit(path_ / "chunk-00001.h5");
  std::filesystem::resize_file(path_ / "chunk-00002.h5", std::filesystem::file_size(path_ / "chunk-00002.h5") - 1);
  const ShardCheck all = check_shards(path_);
  ASSERT_EQ(all.damaged.size(), 2U);
  EXPECT_EQ(all.damaged[0].chunk, 1);
  EXPECT_THAT(all.damaged[0].why, HasSubstr("checksum"));
  EXPECT_EQ(all.damaged[1].chunk, 2);
  EXPECT_EQ(all.files, 4);
  EXPECT_GT(all.bytes, 4 * 1000);
  EXPECT_TRUE(check_shards(path_, 0, 3).damaged.empty());
  EXPECT_EQ(check_shards(path_, 0, 3).files, 2) << "chunks 0 and 3";
  EXPECT_EQ(check_shards(path_, 1, 3).damaged.size(), 1U);
  EXPECT_EQ(check_shards(path_, 2, 3).damaged.size(), 1U);
  EXPECT_EQ(check_shards(path_ / "absent").files, 0);
}

TEST_F(ShardTest, AShardThatWasSetAsideIsMissing) {
  write_shard(header_of(0));
  write_shard(header_of(1));
  EXPECT_EQ(set_aside(path_ / "chunk-00001.h5").filename(), "chunk-00001.h5.damaged");
  EXPECT_TRUE(std::filesystem::exists(path_ / "chunk-00001.h5.damaged"));
  EXPECT_THAT(missing_chunks(path_, header_of(0)), ElementsAre(1, 2, 3));
  EXPECT_EQ(message_of([&] { set_aside(path_ / "chunk-00001.h5"); }), "") << "another process was quicker";
}

TEST_F(ShardTest, SettingAsideAFileBehindALinkLeavesTheLink) {
  write_shard(header_of(0));
  std::filesystem::create_symlink("chunk-00000.h5", path_ / "link.h5");
  set_aside(path_ / "link.h5");
  EXPECT_TRUE(std::filesystem::is_symlink(path_ / "link.h5"));
  EXPECT_TRUE(std::filesystem::exists(path_ / "chunk-00000.h5.damaged"));
}

TEST_F(ShardTest, AnHdf5FileWithoutHeaderIsNoShard) {
  Hdf5Writer(path_ / "chunk-00001.h5").commit();
  EXPECT_THAT(message_of([&] { ShardReader reader(path_ / "chunk-00001.h5"); }), HasSubstr("no attribute kind"));
}

TEST_F(ShardTest, AProcessKilledBeforeCommitLeavesNoShard) {
  // LibTorch's threads do not follow into the child: it computes nothing.
  const at::Tensor values = at::ones({100000});
  const ShardHeader header = header_of(1);
  const pid_t child = ::fork();
  if (child == 0) {
    ShardWriter writer(shard_path(path_, 1), header);
    writer.write("values", values);
    ::raise(SIGKILL);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status));
  EXPECT_TRUE(finished_chunks(path_, header_of(0)).empty());
}

/// Lowers the largest file size that this process may write, as a full disk would.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) : handler_(::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    ::signal(SIGXFSZ, handler_);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

 private:
  rlimit before_{};
  sighandler_t handler_;
};

TEST_F(ShardTest, AFullDiskIsNamedAndLeavesTheRestAsItWas) {
  write_shard(header_of(0));
  const std::string text = message_of([&] {
    const FileSizeLimit limit(512);
    write_shard(header_of(1));
  });
  EXPECT_THAT(text, AllOf(HasSubstr("chunk-00001.h5"), HasSubstr("File too large"), HasSubstr("make room")));
  EXPECT_EQ(files(), 1U);
  write_shard(header_of(1));
  EXPECT_THAT(finished_chunks(path_, header_of(0)), ElementsAre(0, 1));
}

/// Takes root's right to write everywhere away from this thread.
class OrdinaryUser {
 public:
  OrdinaryUser() : before_(::setfsuid(65534)) {}
  ~OrdinaryUser() { ::setfsuid(static_cast<uid_t>(before_)); }
  OrdinaryUser(const OrdinaryUser&) = delete;
  OrdinaryUser& operator=(const OrdinaryUser&) = delete;

 private:
  int before_;
};

TEST_F(ShardTest, AReadOnlyFolderIsNamed) {
  std::filesystem::permissions(path_, std::filesystem::perms(0555));
  const OrdinaryUser user;
  EXPECT_THAT(message_of([&] { write_shard(header_of(1)); }),
              AllOf(HasSubstr("chunk-00001.h5"), HasSubstr("Permission denied"), HasSubstr("permissions")));
  EXPECT_THAT(message_of([&] { prepare_folder(path_); }), HasSubstr("Permission denied"));
  EXPECT_THAT(message_of([&] { prepare_folder(path_ / "below"); }), AllOf(HasSubstr("below"), HasSubstr("--out")));
}

TEST_F(ShardTest, AFileInTheWayOfAFolderIsNamed) {
  std::ofstream(path_ / "runs") << "in the way";
  EXPECT_THAT(message_of([&] { prepare_folder(path_ / "runs" / "first"); }), HasSubstr("runs/first"));
}

TEST_F(ShardTest, APreparedFolderIsEmptyAndTakesShards) {
  path_ = folder_.path() / "runs" / "first";
  prepare_folder(path_);
  EXPECT_EQ(files(), 0U);
  write_shard(header_of(1));
  EXPECT_EQ(files(), 1U);
}

TEST_F(ShardTest, OnlyLeftoversOfTheDeadAreRemoved) {
  // A process that has just ended: its number is free.
  const pid_t dead = ::fork();
  if (dead == 0) ::_exit(0);
  ASSERT_EQ(::waitpid(dead, nullptr, 0), dead);
  char host[256] = {};
  ASSERT_EQ(::gethostname(host, sizeof host - 1), 0);
  const auto leftover = [&](pid_t pid, const std::string& where) {
    const auto file = path_ / ("chunk-00001.h5.tmp." + std::to_string(pid) + "." + where);
    std::ofstream(file) << "unfinished";
    return file;
  };
  const auto of_dead = leftover(dead, host);
  const auto of_living = leftover(::getpid(), host);
  const auto elsewhere_new = leftover(dead, std::string(host) + "x");
  const auto elsewhere_old = leftover(dead, std::string(host) + "y");
  std::filesystem::last_write_time(elsewhere_old,
                                   std::filesystem::file_time_type::clock::now() - std::chrono::hours(25));
  write_shard(header_of(0));
  EXPECT_EQ(remove_leftovers(path_), 2);
  EXPECT_FALSE(std::filesystem::exists(of_dead));
  EXPECT_FALSE(std::filesystem::exists(elsewhere_old));
  EXPECT_TRUE(std::filesystem::exists(of_living));
  EXPECT_TRUE(std::filesystem::exists(elsewhere_new));
  EXPECT_THAT(finished_chunks(path_, header_of(0)), ElementsAre(0));
  EXPECT_EQ(remove_leftovers(path_ / "absent"), 0);
}

}  // namespace
}  // namespace at2
