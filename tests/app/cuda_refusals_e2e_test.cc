// What at2 says where a GPU is asked for and cannot be used.
#include <gtest/gtest.h>

#include "support/tiny_run.h"

namespace at2 {
namespace {

using testing::CommandResult;
using testing::run_command;
using testing::TinyRun;

/// at2 generate, with the folder of a stand-in before all others where libraries are looked for.
CommandResult generate_with(const std::string& stand_in, const std::string& device) {
  const TinyRun run(2, 1);
  const std::string folder = stand_in.empty() ? "" : std::string(AT2_STAND_INS) + "/" + stand_in;
  return run_command("export LD_LIBRARY_PATH=" + folder + ":$LD_LIBRARY_PATH; " +
                     run.command_line("generate", 0, "out", "--set model.device=" + device));
}

TEST(CudaRefusalTest, AMissingLibraryIsNamed) {
  const CommandResult result = generate_with("", "cuda");
  if (result.exit_code == 0) GTEST_SKIP() << "this machine has a GPU and the libraries for it";
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_NE(result.output.find("model.device: cuda cannot be used ("), std::string::npos) << result.output;
  EXPECT_NE(result.output.find("launch/setup --cuda"), std::string::npos) << result.output;
}

TEST(CudaRefusalTest, ALibraryOfAnotherVersionIsRefusedWithWhatItLacks) {
  const CommandResult result = generate_with("cuda_of_another_version", "cuda");
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_NE(result.output.find("at2_test_symbol_of_another_release"), std::string::npos) << result.output;
  EXPECT_NE(result.output.find("cuda_of_another_version/libtorch_cuda.so"), std::string::npos) << result.output;
}

TEST(CudaRefusalTest, ALibraryThatBringsNoDeviceIsRefused) {
  const CommandResult result = generate_with("cuda_without_a_device", "cuda");
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_NE(result.output.find("no CUDA device"), std::string::npos) << result.output;
}

TEST(CudaRefusalTest, WhereAnyDeviceWillDoTheRunGoesOnWithoutAndSaysWhy) {
  const CommandResult result = generate_with("cuda_of_another_version", "auto");
  EXPECT_EQ(result.exit_code, 0) << result.output;
  EXPECT_NE(result.output.find("device cpu: no usable GPU"), std::string::npos) << result.output;
}

}  // namespace
}  // namespace at2
