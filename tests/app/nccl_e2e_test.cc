// comm.backend through the program itself. Machines that run tests have no GPUs: a test double for LibTorch's CUDA
// library (support/cuda_stand_in.cc: two "GPUs" in host memory) brings another one for NCCL (support/nccl_stand_in.cc).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "support/equal_runs.h"
#include "support/tiny_run.h"

namespace at2 {
namespace {

using ::testing::AllOf;
using testing::CommandResult;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::run_command;
using testing::TinyRun;

/// A run whose ablations are there, measured on the CPU.
class NcclRunTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    run_ = new TinyRun(4, 1);
    const std::string set = "--set store.allow_device_mix=true";
    ASSERT_EQ(run_->run("generate", 0, "measured", set).exit_code, 0);
    ASSERT_EQ(run_->run("ablate", 0, "measured", set).exit_code, 0);
    const CommandResult result = train("mpi", 2, "--set comm.backend=mpi");
    ASSERT_EQ(result.exit_code, 0) << result.output;
  }
  static void TearDownTestSuite() { delete run_; }

  /// at2 train on a copy of what was measured. \param environment  e.g. "A=b "
  static CommandResult train(const std::string& out, int ranks, const std::string& arguments,
                             const std::string& environment = "") {
    return run_command("cp -r " + (run_->path() / "measured").string() + " " + (run_->path() / out).string() + " && " +
                       environment +
                       run_->command_line("train", ranks, out, "--set store.allow_device_mix=true " + arguments));
  }
  /// The same on the "GPUs", with another NCCL in front of the double if one is named.
  static CommandResult train_on_gpus(const std::string& out, int ranks, const std::string& backend,
                                     const std::string& environment = "", const std::string& nccl = "nccl_stand_in") {
    const std::string doubles = AT2_STAND_INS;
    return train(out, ranks, "--set model.device=cuda --set comm.backend=" + backend,
                 "export LD_LIBRARY_PATH=" + doubles + "/" + nccl + ":" + doubles +
                     "/cuda_stand_in:$LD_LIBRARY_PATH; export LD_PRELOAD=" + doubles + "/libcuda_addresses.so; " +
                     environment);
  }
  /// theta and all else that was learned or measured, with every bit.
  static void expect_as_by_mpi(const std::string& out) {
    const auto values = testing::measured_values(run_->path() / out);
    EXPECT_TRUE(values.contains("estimator.h5:theta")) << out;
    EXPECT_TRUE(values == testing::measured_values(run_->path() / "mpi")) << out;
  }

  inline static TinyRun* run_ = nullptr;
};

TEST_F(NcclRunTest, GradientsSummedByNcclGiveTheEstimatorOfMpiToTheBit) {
  const CommandResult result = train_on_gpus("nccl", 2, "nccl");
  EXPECT_EQ(result.exit_code, 0) << result.output;
  EXPECT_THAT(result.output, HasSubstr("gradients are summed on 2 GPU(s) by NCCL 2.28.9"));
  expect_as_by_mpi("nccl");
}

TEST_F(NcclRunTest, OneRankCanDoSoToo) {
  const CommandResult result = train_on_gpus("one", 0, "nccl");
  EXPECT_EQ(result.exit_code, 0) << result.output;
  EXPECT_THAT(result.output, HasSubstr("gradients are summed on 1 GPU(s) by NCCL"));
  expect_as_by_mpi("one");
}

TEST_F(NcclRunTest, AutoTakesNcclWhereEveryRankHasAGpuAndMpiElsewhere) {
  CommandResult result = train_on_gpus("auto2", 2, "auto");
  EXPECT_EQ(result.exit_code, 0) << result.output;
  EXPECT_THAT(result.output, HasSubstr("gradients are summed on 2 GPU(s) by NCCL"));
  result = train_on_gpus("auto3", 3, "auto");
  EXPECT_EQ(result.exit_code, 0) << result.output;
  EXPECT_THAT(result.output, HasSubstr("gradients are summed by MPI (ranks 0 and 2 on host"));
  expect_as_by_mpi("auto2");
  expect_as_by_mpi("auto3");
}

TEST_F(NcclRunTest, WhereNcclFailsToConnectAutoGoesOnWithMpiAndSaysSo) {
  const CommandResult result = train_on_gpus("fallback", 2, "auto", "export AT2_STAND_IN_FAULT=3@1@0; ");
  EXPECT_EQ(result.exit_code, 0) << result.output;
  EXPECT_THAT(result.output, AllOf(HasSubstr("warning: NCCL failed on rank 1"), HasSubstr("MPI sums the gradients")));
  expect_as_by_mpi("fallback");
}

TEST_F(NcclRunTest, AFaultInTheMiddleEndsAllRanksWithTheMessageOfTheOneThatFailed) {
  const auto start = std::chrono::steady_clock::now();
  // All-reduce 1 is the trial.
  const CommandResult result = train_on_gpus("fault", 2, "nccl", "export AT2_STAND_IN_FAULT=2@1@5; ");
  EXPECT_NE(result.exit_code, 0);
  EXPECT_THAT(result.output, AllOf(HasSubstr("error: NCCL failed on rank 1, host "),
                                   HasSubstr("in all-reduce 5 (unhandled system error; said by a stand-in)"),
                                   HasSubstr("stand-in: aborted"), Not(HasSubstr("NCCL failed on rank 0"))));
  EXPECT_FALSE(std::filesystem::exists(run_->path() / "fault" / "estimator.h5"));
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(60));
}

TEST_F(NcclRunTest, ARemoteErrorAndAFaultOfTheGpuEndAllRanksToo) {
  CommandResult result = train_on_gpus("remote", 2, "nccl", "export AT2_STAND_IN_FAULT=6@0@5; ");
  EXPECT_NE(result.exit_code, 0);
  EXPECT_THAT(result.output, HasSubstr("error: NCCL failed on rank 0"));
  result = train_on_gpus("device", 2, "nccl", "export AT2_STAND_IN_FAULT=device@1@5; ");
  EXPECT_NE(result.exit_code, 0);
  EXPECT_THAT(result.output, AllOf(HasSubstr("error: the GPU of rank 1"), HasSubstr("an illegal memory access")));
}

TEST_F(NcclRunTest, TwoRanksOnOneGpuAreRefused) {
  const CommandResult result = train_on_gpus("shared", 3, "nccl");
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.output, AllOf(HasSubstr("comm.backend: nccl cannot be used (ranks 0 and 2 on host"),
                                   HasSubstr("share the GPU 0000:3B:00.0")));
}

TEST_F(NcclRunTest, AnotherVersionAndAMissingFunctionAreRefused) {
  CommandResult result = train_on_gpus("version", 2, "nccl", "", "nccl_of_another_version");
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.output, HasSubstr("is NCCL 2.10.5, not one from 2.19 on"));
  result = train_on_gpus("lacks", 2, "nccl", "", "nccl_without_abort");
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.output, HasSubstr("has no function ncclCommAbort"));
}

TEST_F(NcclRunTest, WithoutAGpuItIsRefusedBeforeAnythingIsComputed) {
  const CommandResult result = run_->run("run", 2, "refused", "--set comm.backend=nccl");
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.output, AllOf(HasSubstr("comm.backend: nccl cannot be used (rank 0 on host"),
                                   HasSubstr("device cpu: model.device says so"), HasSubstr("use comm.backend=mpi")));
  EXPECT_FALSE(std::filesystem::exists(run_->path() / "refused" / "responses"));
}

}  // namespace
}  // namespace at2
