#include "base/process.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

namespace at2 {
namespace {

TEST(ProcessTest, ThisOneLivesAndHasAStart) {
  EXPECT_TRUE(process_lives(::getpid()));
  EXPECT_GT(process_start(::getpid()).value(), 0);
  EXPECT_EQ(process_start(::getpid()), process_start(::getpid()));
}

TEST(ProcessTest, OneThatEndedDoesNotLiveEvenIfNobodyHasAskedForIt) {
  const pid_t child = ::fork();
  if (child == 0) {
    for (;;) ::pause();
  }
  EXPECT_TRUE(process_lives(child));
  EXPECT_GE(process_start(child).value(), process_start(::getpid()).value());
  ::kill(child, SIGKILL);
  siginfo_t ended;
  ASSERT_EQ(::waitid(P_PID, static_cast<id_t>(child), &ended, WEXITED | WNOWAIT), 0);
  EXPECT_FALSE(process_lives(child));
  EXPECT_FALSE(process_start(child));
  ::waitpid(child, nullptr, 0);
  EXPECT_FALSE(process_lives(child));
  EXPECT_FALSE(process_start(child));
}

}  // namespace
}  // namespace at2
