#include "base/stop_request.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/errors.h"

namespace at2 {
namespace {

TEST(StopRequestTest, RemembersTheSignalThatCame) {
  const StopRequest request(OnInterrupt::silent);
  EXPECT_EQ(request.signal(), 0);
  ::raise(SIGUSR1);
  EXPECT_EQ(request.signal(), SIGUSR1);
  ::raise(SIGTERM);
  EXPECT_EQ(request.signal(), SIGTERM);
}

TEST(StopRequestTest, ANewOneHasForgottenTheOldOnesSignal) {
  {
    const StopRequest request(OnInterrupt::silent);
    ::raise(SIGTERM);
  }
  const StopRequest request(OnInterrupt::silent);
  EXPECT_EQ(request.signal(), 0);
}

TEST(StopRequestTest, ASecondAtTheSameTimeIsRefused) {
  const StopRequest request(OnInterrupt::silent);
  EXPECT_THROW(StopRequest(OnInterrupt::silent), ContractViolation);
}

/// How a child ends that does `act`; what it writes to standard error goes to `said`.
template <class Act>
int end_of_child(const Act& act, std::string& said) {
  int ends[2];
  if (::pipe(ends) != 0) return -1;
  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(ends[1], STDERR_FILENO);
    act();
    ::_exit(0);
  }
  ::close(ends[1]);
  char buffer[512];
  for (ssize_t count = 0; (count = ::read(ends[0], buffer, sizeof(buffer))) > 0;) {
    said.append(buffer, static_cast<std::size_t>(count));
  }
  ::close(ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

TEST(StopRequestTest, AfterItsEndSignalsEndTheProcessAgain) {
  std::string said;
  EXPECT_EQ(end_of_child(
                [] {
                  { const StopRequest request(OnInterrupt::silent); }
                  ::raise(SIGUSR1);
                },
                said),
            -SIGUSR1);
}

TEST(StopRequestTest, AnInterruptEndsTheProcessAndSaysHowToGoOn) {
  const auto interrupted = [](OnInterrupt on_interrupt) {
    ::signal(SIGINT, SIG_DFL);
    const StopRequest request(on_interrupt);
    ::raise(SIGINT);
  };
  std::string said;
  EXPECT_EQ(end_of_child([&] { interrupted(OnInterrupt::speak); }, said), -SIGINT);
  EXPECT_NE(said.find("run the same command again"), std::string::npos) << said;
  said.clear();
  EXPECT_EQ(end_of_child([&] { interrupted(OnInterrupt::silent); }, said), -SIGINT);
  EXPECT_EQ(said, "");
}

TEST(StopRequestTest, AnIgnoredInterruptStaysIgnored) {
  std::string said;
  EXPECT_EQ(end_of_child(
                [] {
                  ::signal(SIGINT, SIG_IGN);
                  const StopRequest request(OnInterrupt::speak);
                  ::raise(SIGINT);
                },
                said),
            0);
}

TEST(StopRequestTest, SignalsHaveTheirNames) {
  EXPECT_EQ(signal_name(SIGUSR1), "SIGUSR1");
  EXPECT_EQ(signal_name(SIGTERM), "SIGTERM");
}

}  // namespace
}  // namespace at2
