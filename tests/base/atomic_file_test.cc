#include "base/atomic_file.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "support/test_files.h"

namespace at2 {
namespace {

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

}  // namespace
}  // namespace at2
