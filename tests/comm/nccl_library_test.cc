// Which libnccl.so.2 is taken, on a machine without GPUs.
#include "comm/nccl_library.h"

#include <dlfcn.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>

#include "base/deps.h"
#include "base/errors.h"
#include "comm/agree.h"
#include "comm/nccl_communicator.h"

namespace at2 {
namespace {

using ::testing::HasSubstr;

/// What nccl_library_obstacle() says once `path` was loaded, as LibTorch does. In a process of its own: a library is
/// not surely unloaded again, and the first of a name is taken.
std::string obstacle_with(const std::filesystem::path& path) {
  int ends[2];
  if (::pipe(ends) != 0) throw std::runtime_error("no pipe");
  const pid_t child = ::fork();
  if (child == 0) {
    std::string text = ::dlopen(path.c_str(), RTLD_NOW) == nullptr ? ::dlerror() : nccl_library_obstacle();
    if (text.empty()) text = "none, version " + NcclLibrary().version();
    ::_exit(::write(ends[1], text.data(), text.size()) == static_cast<ssize_t>(text.size()) ? 0 : 1);
  }
  ::close(ends[1]);
  std::string text;
  char letter = 0;
  while (::read(ends[0], &letter, 1) == 1) text += letter;
  ::close(ends[0]);
  int status = 1;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
  return text;
}

std::filesystem::path stand_in(const std::string& name) {
  return std::filesystem::path(AT2_STAND_INS) / name / "libnccl.so.2";
}

TEST(NcclLibraryTest, NoneIsLoadedWhereLibTorchBroughtNone) {
  EXPECT_THAT(nccl_library_obstacle(), HasSubstr("has not loaded libnccl.so.2"));
  // Nor by asking.
  EXPECT_EQ(::dlopen("libnccl.so.2", RTLD_NOW | RTLD_NOLOAD), nullptr);
}

TEST(NcclLibraryTest, TheCopyThatIsThereIsTakenWhereverItLies) {
  EXPECT_EQ(obstacle_with(stand_in("nccl_stand_in")), "none, version 2.28.9");
}

TEST(NcclLibraryTest, AnOldVersionIsRefusedWithItsNumberAndPath) {
  EXPECT_THAT(obstacle_with(stand_in("nccl_of_another_version")),
              HasSubstr("nccl_of_another_version/libnccl.so.2 is NCCL 2.10.5"));
}

TEST(NcclLibraryTest, AMissingFunctionIsNamed) {
  EXPECT_THAT(obstacle_with(stand_in("nccl_without_abort")),
              HasSubstr("nccl_without_abort/libnccl.so.2 has no function ncclCommAbort"));
}

/// NCCL itself, where launch/setup --cuda fetched it.
class RealNcclTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const char* const given = std::getenv("AT2_NCCL_LIBRARY");
    path_ = given != nullptr ? given : deps_dir() / "site-packages/nvidia/nccl/lib/libnccl.so.2";
    if (!std::filesystem::exists(path_)) GTEST_SKIP() << "there is no NCCL (launch/setup --cuda fetches it)";
  }
  std::filesystem::path path_;
};

/// A machine without a GPU has no stream.
class NoStream final : public DeviceStream {
 public:
  void make_device_current() override {}
  void* handle() override { return nullptr; }
  bool idle() override { return true; }
};

TEST_F(RealNcclTest, HasAllFunctionsInAVersionThatIsTaken) {
  EXPECT_THAT(obstacle_with(path_), ::testing::StartsWith("none, version 2."));
}

TEST_F(RealNcclTest, WithoutAGpuConnectingFailsSoonAndNamesTheRank) {
  if (std::filesystem::exists("/dev/nvidiactl")) GTEST_SKIP() << "there is a GPU";
  ASSERT_NE(::dlopen(path_.c_str(), RTLD_NOW), nullptr) << ::dlerror();
  const auto alone = make_self_communicator();
  const auto start = std::chrono::steady_clock::now();
  try {
    const NcclCommunicator communicator(*alone, std::make_unique<NoStream>(), {.host = "here"});
    FAIL() << "it was connected";
  } catch (const AgreedError& error) {
    // Not "invalid argument": it understands our declaration of its options.
    EXPECT_THAT(error.what(),
                HasSubstr("NCCL failed on rank 0, host here, in connecting the ranks (unhandled cuda error"));
  }
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(60));
}

}  // namespace
}  // namespace at2
