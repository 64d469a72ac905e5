#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "app/doctor_checks.h"
#include "app/doctor_command.h"
#include "support/test_files.h"

namespace at2 {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

MachineFacts good_machine() {
  MachineFacts facts;
  facts.host = "here";
  facts.cores = 4;
  facts.instructions = {"AVX2", "FMA"};
  facts.free_memory = 8'000'000'000;
  facts.shared_memory_bytes = 4'000'000'000;
  facts.launcher = "/usr/bin/mpirun";
  return facts;
}

ModelNeeds small_needs() { return {"float32", 500'000'000, 4096, 100'000'000, 50'000'000}; }

TEST(DoctorTest, AGoodMachineHasNothingToBeDone) {
  const MachineFacts facts = good_machine();
  for (const Diagnosis& one : {check_processor(facts, "AVX2"), check_memory(facts, small_needs()),
                               check_ranks(facts, "Open MPI v4"), check_shared_memory(facts)}) {
    EXPECT_EQ(one.health, Health::good) << one.what;
    EXPECT_EQ(one.what_to_do, "");
  }
  EXPECT_EQ(check_limits(facts, small_needs()).front().health, Health::good);
}

TEST(DoctorTest, TooLittleMemoryIsAFaultThatSaysWhatIsNeeded) {
  MachineFacts facts = good_machine();
  facts.free_memory = 900'000'000;
  const Diagnosis found = check_memory(facts, small_needs());
  EXPECT_EQ(found.health, Health::fault);
  EXPECT_THAT(found.why, AllOf(HasSubstr("950 MB"), HasSubstr("weights 500 MB in float32"), HasSubstr("4096 tokens")));
  facts.free_memory = 950'000'000;
  EXPECT_EQ(check_memory(facts, small_needs()).health, Health::good) << "just enough";
  facts.free_memory = 0;
  EXPECT_EQ(check_memory(facts, small_needs()).health, Health::lack) << "not known";
}

TEST(DoctorTest, SlowProcessorsAreNamed) {
  MachineFacts facts = good_machine();
  EXPECT_THAT(check_processor(facts, "DEFAULT").what_to_do, HasSubstr("ATEN_CPU_CAPABILITY"));
  facts.instructions.clear();
  EXPECT_EQ(check_processor(facts, "DEFAULT").health, Health::lack);
}

TEST(DoctorTest, WithoutLauncherOrSharedMemoryOneRankWorks) {
  MachineFacts facts = good_machine();
  facts.launcher.clear();
  facts.shared_memory_bytes = 64'000'000;
  for (const Diagnosis& one : {check_ranks(facts, "Open MPI v4"), check_shared_memory(facts)}) {
    EXPECT_EQ(one.health, Health::lack);
    EXPECT_THAT(one.what_to_do, HasSubstr("one rank works"));
  }
}

TEST(DoctorTest, TightLimitsAreNamedWithTheCommandThatRaisesThem) {
  MachineFacts facts = good_machine();
  facts.limits = {64, 1'000'000, 2'000'000'000};
  const auto found = check_limits(facts, small_needs());
  ASSERT_EQ(found.size(), 3U);
  EXPECT_EQ(found[0].what_to_do, "ulimit -n 1024");
  EXPECT_EQ(found[1].what_to_do, "ulimit -f unlimited");
  EXPECT_EQ(found[2].health, Health::lack);
  facts.limits.address_space_bytes = 500'000'000;
  EXPECT_EQ(check_limits(facts, small_needs())[2].health, Health::fault);
}

TEST(DoctorTest, FoldersThatCannotBeWrittenOrAreFullAreNamed) {
  EXPECT_THAT(check_folder("/here", false, 1).what_to_do, HasSubstr("--out"));
  EXPECT_EQ(check_folder("/here", true, 10).health, Health::lack);
  EXPECT_EQ(check_folder("/here", true, 10'000'000'000).health, Health::good);
  EXPECT_EQ(check_folder("/here", true, std::nullopt).health, Health::good);
}

TEST(DoctorTest, TheWeightCacheNeedsRoomOnlyUntilItIsThere) {
  const std::filesystem::path cache = "/cache/model.safetensors";
  EXPECT_EQ(check_weight_cache(std::nullopt, false, false, 0, 1).health, Health::good);
  EXPECT_EQ(check_weight_cache(cache, true, false, 0, 100).health, Health::good);
  EXPECT_EQ(check_weight_cache(cache, false, true, 50, 100).health, Health::lack);
  EXPECT_EQ(check_weight_cache(cache, false, false, 500, 100).health, Health::lack);
  EXPECT_EQ(check_weight_cache(cache, false, true, 500, 100).health, Health::good);
}

TEST(DoctorTest, WhatCanBeWrittenIsTheNearestFolderThatIsThere) {
  const TestFolder files;
  EXPECT_TRUE(can_be_written(files.path()));
  EXPECT_TRUE(can_be_written(files.path() / "a" / "b"));
  EXPECT_FALSE(can_be_written(files.write("file", "x") / "below"));
  EXPECT_GT(free_disk(files.path() / "a").value_or(0), 0);
}

TEST(DoctorTest, TextAndJsonSayTheSame) {
  const std::vector<Diagnosis> found = {{Health::good, "processor", "4 cores"},
                                        {Health::lack, "GPU", "none", "no driver", "use the CPU"}};
  EXPECT_THAT(describe(found),
              AllOf(HasSubstr("ok     processor: 4 cores\n"), HasSubstr("lack   GPU: none (no driver): use the CPU\n"),
                    HasSubstr("at2 can run here; the lines with \"lack\"")));
  const auto json = nlohmann::json::parse(diagnosis_json(found));
  EXPECT_TRUE(json["can_run"]);
  EXPECT_EQ(json["checks"][1]["what_to_do"], "use the CPU");
  const std::vector<Diagnosis> worse = {{Health::fault, "memory", "1 MB free"}};
  EXPECT_THAT(describe(worse), HasSubstr("at2 cannot run here"));
  EXPECT_FALSE(nlohmann::json::parse(diagnosis_json(worse))["can_run"]);
}

}  // namespace
}  // namespace at2
