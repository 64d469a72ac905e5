// Which libnccl.so.2 is taken, on a machine without GPUs.
#include "comm/nccl_library.h"

#include <dlfcn.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

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

/// A library that somebody else loads, as LibTorch does, and unloads in the end.
class Loaded {
 public:
  explicit Loaded(const std::filesystem::path& path) : handle_(::dlopen(path.c_str(), RTLD_NOW)) {
    if (handle_ == nullptr) throw std::runtime_error(::dlerror());
  }
  ~Loaded() { ::dlclose(handle_); }
  Loaded(const Loaded&) = delete;
  Loaded& operator=(const Loaded&) = delete;

 private:
  void* handle_;
};

std::filesystem::path stand_in(const std::string& name) {
  return std::filesystem::path(AT2_STAND_INS) / name / "libnccl.so.2";
}

TEST(NcclLibraryTest, NoneIsLoadedWhereLibTorchBroughtNone) {
  EXPECT_THAT(nccl_library_obstacle(), HasSubstr("has not loaded libnccl.so.2"));
  // Nor by asking.
  EXPECT_EQ(::dlopen("libnccl.so.2", RTLD_NOW | RTLD_NOLOAD), nullptr);
}

TEST(NcclLibraryTest, TheCopyThatIsThereIsTakenWhereverItLies) {
  const Loaded nccl(stand_in("nccl_stand_in"));
  EXPECT_EQ(nccl_library_obstacle(), "");
  EXPECT_EQ(NcclLibrary().version(), "2.28.9");
}

TEST(NcclLibraryTest, AnOldVersionIsRefusedWithItsNumberAndPath) {
  const Loaded nccl(stand_in("nccl_of_another_version"));
  EXPECT_THAT(nccl_library_obstacle(), HasSubstr("nccl_of_another_version/libnccl.so.2 is NCCL 2.10.5"));
}

TEST(NcclLibraryTest, AMissingFunctionIsNamed) {
  const Loaded nccl(stand_in("nccl_without_abort"));
  EXPECT_THAT(nccl_library_obstacle(), HasSubstr("nccl_without_abort/libnccl.so.2 has no function ncclCommAbort"));
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
  const Loaded nccl(path_);
  EXPECT_EQ(nccl_library_obstacle(), "");
  EXPECT_THAT(NcclLibrary().version(), ::testing::StartsWith("2."));
}

TEST_F(RealNcclTest, WithoutAGpuConnectingFailsSoonAndNamesTheRank) {
  if (std::filesystem::exists("/dev/nvidiactl")) GTEST_SKIP() << "there is a GPU";
  const Loaded nccl(path_);
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
