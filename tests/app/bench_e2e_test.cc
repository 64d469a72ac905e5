// at2 bench-attribution on a tiny model, as a process. Nothing is said about how long anything takes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/timing_view.h"
#include "support/tiny_run.h"

namespace at2 {
namespace {

using testing::CommandResult;
using ::testing::HasSubstr;
using testing::TinyRun;

TEST(BenchAttributionTest, TimesEveryOperationOnEveryExample) {
  const TinyRun tiny(4, 3);
  ASSERT_EQ(tiny.run("run", 0, "out").exit_code, 0);
  const CommandResult result = tiny.run("bench-attribution", 0, "out", "--set bench.examples=2 --set bench.repeats=3");
  ASSERT_EQ(result.exit_code, 0) << result.output;
  const char* const operations[] = {"Forward pass", "Forward and backward pass", "AT2 (saved attention)",
                                    "AT2 (recomputed attention)", "ESM (4)"};
  for (const char* operation : operations) EXPECT_THAT(result.output, HasSubstr(operation));
  std::ifstream file(tiny.path() / "out/timing.json");
  const auto timing = nlohmann::json::parse(file);
  ASSERT_EQ(timing["examples"].size(), 2U);
  for (const auto& example : timing["examples"]) {
    ASSERT_EQ(example["operations"].size(), std::size(operations));
    for (std::size_t i = 0; i < std::size(operations); ++i) {
      EXPECT_EQ(example["operations"][i]["operation"], operations[i]);
      EXPECT_EQ(example["operations"][i]["seconds"].size(), 3U);
    }
    EXPECT_LT(example["largest_difference"], 1e-3);
    EXPECT_GT(example["response_tokens"], 0);
  }
  const auto view = read_timing(tiny.path() / "out");
  ASSERT_TRUE(view.has_value());
  EXPECT_EQ(view->examples, 2);
  EXPECT_THAT(view->place, HasSubstr("cpu, float32, 1 thread,"));
}

TEST(BenchAttributionTest, SeveralRanksAndAMissingEstimatorAreRefused) {
  const TinyRun tiny(4, 2);
  const CommandResult ranks = tiny.run("bench-attribution", 2, "out");
  EXPECT_NE(ranks.exit_code, 0);
  EXPECT_THAT(ranks.output, HasSubstr("at2 bench-attribution runs on one rank"));
  const CommandResult untrained = tiny.run("bench-attribution", 0, "out");
  EXPECT_NE(untrained.exit_code, 0);
  EXPECT_THAT(untrained.output, HasSubstr("run at2 train with the same config first"));
}

}  // namespace
}  // namespace at2
