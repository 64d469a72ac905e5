#include "report/write.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/atomic_file.h"
#include "base/errors.h"
#include "report/made_up_results.h"
#include "report/metrics_json.h"
#include "report/temporary_folder.h"

namespace at2 {
namespace {

namespace fs = std::filesystem;

TEST(WriteReportTest, LeavesTheFilesOfARunFolder) {
  const TemporaryFolder folder;
  write_report(made_up_results(), {}, folder.path() / "run");
  EXPECT_EQ(
      files_below(folder.path() / "run"),
      (std::set<std::string>{"metrics.json", "report.html", "tables/metrics.csv", "tables/costs.csv",
                             "tables/stages.csv", "tables/methods.md", "figures/theta.svg", "figures/training_loss.svg",
                             "figures/prune.svg", "figures/timing.svg", "figures/lds_token.svg",
                             "figures/lds_sentence.svg", "figures/top_1_drop_token.svg", "figures/top_3_drop_token.svg",
                             "figures/top_5_drop_token.svg", "figures/top_1_drop_sentence.svg",
                             "figures/top_3_drop_sentence.svg", "figures/top_5_drop_sentence.svg"}));
  EXPECT_EQ(content_of(folder.path() / "run/metrics.json"), metrics_json_text(made_up_results()));
}

TEST(WriteReportTest, WritingAgainGivesTheSameBytes) {
  const TemporaryFolder folder;
  write_report(made_up_results(), {}, folder.path());
  const std::string first = content_of(folder.path() / "report.html");
  write_report(made_up_results(), {}, folder.path());
  EXPECT_EQ(content_of(folder.path() / "report.html"), first);
}

TEST(WriteFileAtomicallyTest, FailureKeepsTheOldFile) {
  const TemporaryFolder folder;
  // A folder in place of the temporary file makes opening it fail, also for root.
  write_file_atomically(folder.path() / "a", "old");
  fs::create_directory(temporary_path(folder.path() / "a"));
  EXPECT_THROW(write_file_atomically(folder.path() / "a", "new"), UserError);
  EXPECT_EQ(content_of(folder.path() / "a"), "old");
}

TEST(WriteFileAtomicallyTest, FailedRenameLeavesNoTemporaryFile) {
  const TemporaryFolder folder;
  fs::create_directories(folder.path() / "a" / "b");
  EXPECT_THROW(write_file_atomically(folder.path() / "a", "new"), UserError);
  EXPECT_FALSE(fs::exists(temporary_path(folder.path() / "a")));
}

TEST(WriteFileAtomicallyTest, FullDiskIsAUserError) {
  if (!fs::exists("/dev/full")) GTEST_SKIP() << "no /dev/full here";
  const TemporaryFolder folder;
  fs::create_symlink("/dev/full", temporary_path(folder.path() / "a"));
  EXPECT_THROW(write_file_atomically(folder.path() / "a", "new"), UserError);
  EXPECT_FALSE(fs::exists(folder.path() / "a"));
}

TEST(WriteReportTest, MissingPermissionNamesTheFolder) {
  try {
    write_report(made_up_results(), {}, "/proc/at2_report");
    FAIL() << "expected an error";
  } catch (const UserError& error) {
    EXPECT_THAT(error.what(), ::testing::HasSubstr("/proc/at2_report"));
  }
}

}  // namespace
}  // namespace at2
