#include "base/log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <sstream>
#include <thread>

namespace at2 {
namespace {

using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;
using ::testing::StartsWith;

TEST(LogTest, OnlyRankZeroSpeaks) {
  std::ostringstream stream;
  Log(stream, 0, Log::Style::plain).say("hello");
  Log(stream, 1, Log::Style::plain).say("not heard");
  EXPECT_EQ(stream.str(), "hello\n");
}

TEST(LogTest, EveryRankWarnsWithItsNumber) {
  std::ostringstream stream;
  Log(stream, 0, Log::Style::plain).warn("slow");
  Log(stream, 3, Log::Style::plain).warn("slow");
  EXPECT_EQ(stream.str(), "warning: slow\nrank 3: warning: slow\n");
}

void wait_a_little() { std::this_thread::sleep_for(std::chrono::milliseconds(5)); }

TEST(ProgressTest, LineHasStageCountRateAndTimeLeft) {
  std::ostringstream stream;
  const Log log(stream, 0, Log::Style::plain);
  Progress progress(log, "ablate", "examples", 40);
  wait_a_little();
  progress.update(12);
  EXPECT_THAT(stream.str(), MatchesRegex("ablate    12/40 examples, [0-9]+\\.[0-9]+/s, [0-9]+:[0-9]+ left\n"));
}

TEST(ProgressTest, PlainLinesComeNowAndThenOnly) {
  std::ostringstream stream;
  const Log log(stream, 0, Log::Style::plain);
  Progress progress(log, "ablate", "examples", 40);
  for (int done = 1; done <= 40; ++done) progress.update(done);
  progress.finish();
  const std::string text = stream.str();
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 2);
  EXPECT_THAT(text, AllOf(StartsWith("ablate    1/40 examples"), HasSubstr("ablate    40/40 examples in ")));
  EXPECT_THAT(text, Not(HasSubstr("\r")));
}

TEST(ProgressTest, TerminalLineIsRewrittenAndEndedOnce) {
  std::ostringstream stream;
  const Log log(stream, 0, Log::Style::terminal);
  Progress progress(log, "train", "steps", 2);
  progress.update(1);
  progress.update(2);
  progress.finish();
  const std::string text = stream.str();
  EXPECT_THAT(text, AllOf(StartsWith("\r\033[K"), EndsWith("\n")));
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1);
}

TEST(ProgressTest, UnitsFoundFinishedDoNotCountInTheRate) {
  std::ostringstream stream;
  const Log log(stream, 0, Log::Style::plain);
  Progress progress(log, "ablate", "examples", 40, 30);
  wait_a_little();
  progress.update(30);
  EXPECT_EQ(stream.str(), "ablate    30/40 examples\n");
}

TEST(ProgressTest, OtherRanksAreSilent) {
  std::ostringstream stream;
  const Log log(stream, 1, Log::Style::plain);
  Progress progress(log, "ablate", "examples", 40);
  progress.update(1);
  progress.finish();
  EXPECT_EQ(stream.str(), "");
}

}  // namespace
}  // namespace at2
