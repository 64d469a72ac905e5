#include "base/atomic_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "support/test_files.h"

namespace at2 {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

std::string content_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(ReplaceFileTest, WritesBehindALinkThatStays) {
  const TestFolder folder;
  std::filesystem::create_directories(folder.path() / "run");
  std::filesystem::create_directories(folder.path() / "shared");
  const auto link = folder.path() / "run/estimator.h5";
  std::filesystem::create_symlink("../shared/estimator.h5", link);
  for (const std::string text : {"first", "second"}) {
    replace_file(link, text);
    EXPECT_TRUE(std::filesystem::is_symlink(link));
    EXPECT_EQ(content_of(folder.path() / "shared/estimator.h5"), text);
  }
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path() / "shared"), {}), 1);
}

TEST(ReplaceFileTest, AFailureKeepsTheOldFile) {
  const TestFolder folder;
  const auto path = folder.write("a", "old");
  // A folder in place of the temporary file makes opening it fail, also for root.
  std::filesystem::create_directory(temporary_path(path));
  EXPECT_THAT(message_of([&] { replace_file(path, std::string("new")); }), HasSubstr(path.string()));
  EXPECT_EQ(content_of(path), "old");
}

TEST(ReplaceFileTest, AFailedRenameLeavesNoTemporaryFile) {
  const TestFolder folder;
  std::filesystem::create_directories(folder.path() / "a" / "b");
  EXPECT_NE(message_of([&] { replace_file(folder.path() / "a", std::string("new")); }), "");
  EXPECT_FALSE(std::filesystem::exists(temporary_path(folder.path() / "a")));
}

TEST(ReplaceFileTest, AFullDiskIsNamed) {
  if (!std::filesystem::exists("/dev/full")) GTEST_SKIP() << "no /dev/full here";
  const TestFolder folder;
  std::filesystem::create_symlink("/dev/full", temporary_path(folder.path() / "a"));
  EXPECT_THAT(message_of([&] { replace_file(folder.path() / "a", std::string("new")); }),
              AllOf(HasSubstr("No space left"), HasSubstr("make room")));
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "a"));
}

}  // namespace
}  // namespace at2
