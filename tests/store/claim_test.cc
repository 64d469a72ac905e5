#include "store/claim.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <set>

#include "support/test_files.h"

namespace at2 {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using Seconds = std::chrono::duration<double>;

constexpr Seconds kLong{60};
constexpr Seconds kShort{0.6};

std::string content_of(const fs::path& path) {
  std::ifstream file(path);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

class ClaimTest : public ::testing::Test {
 protected:
  /// Runs `act` in a process of its own, which then waits to be killed.
  template <class Act>
  pid_t start(const Act& act) {
    int ready[2];
    if (::pipe(ready) != 0) throw std::runtime_error("no pipe");
    const pid_t child = ::fork();
    if (child == 0) {
      const auto held = act();
      static_cast<void>(!::write(ready[1], "x", 1));
      for (;;) ::pause();
    }
    char byte = 0;
    static_cast<void>(!::read(ready[0], &byte, 1));
    ::close(ready[0]);
    ::close(ready[1]);
    return child;
  }
  static void kill_and_collect(pid_t child) {
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
  }

  TestFolder folder_;
  fs::path path_ = folder_.path() / "chunk-00012.claim";
};

TEST_F(ClaimTest, LiesBesideTheFileAlsoBehindALink) {
  EXPECT_EQ(claim_path("a/chunk-00012.h5"), fs::path("a/chunk-00012.claim"));
  fs::create_symlink("shared/estimator.h5", folder_.path() / "estimator.h5");
  EXPECT_EQ(claim_path(folder_.path() / "estimator.h5"), folder_.path() / "shared/estimator.claim");
}

TEST_F(ClaimTest, OneHolderAtATime) {
  auto first = Claim::take(path_, kLong);
  ASSERT_NE(first, nullptr);
  EXPECT_EQ(Claim::take(path_, kLong), nullptr);
  first.reset();
  EXPECT_FALSE(fs::exists(path_));
  EXPECT_NE(Claim::take(path_, kLong), nullptr);
}

TEST_F(ClaimTest, OfManyProcessesOneGetsIt) {
  constexpr int kProcesses = 16;
  std::vector<pid_t> children;
  for (int i = 0; i < kProcesses; ++i) {
    const pid_t child = ::fork();
    if (child == 0) {
      const auto claim = Claim::take(path_, kLong);
      if (claim) ::usleep(300000);
      ::_exit(claim ? 1 : 0);
    }
    children.push_back(child);
  }
  int holders = 0;
  for (const pid_t child : children) {
    int status = 0;
    ::waitpid(child, &status, 0);
    holders += WEXITSTATUS(status);
  }
  EXPECT_EQ(holders, 1);
}

TEST_F(ClaimTest, AFolderThatCannotBeWrittenIsNamed) {
  EXPECT_THAT(message_of([&] { static_cast<void>(Claim::take(folder_.path() / "none" / "a.claim", kLong)); }),
              ::testing::HasSubstr("a.claim"));
}

TEST_F(ClaimTest, TheClaimOfALivingProcessOfThisMachineIsHeld) {
  const auto claim = Claim::take(path_, kLong);
  ClaimWatch watch(kLong);
  EXPECT_EQ(watch.look(path_), ClaimState::held);
  EXPECT_EQ(watch.look(folder_.path() / "other.claim"), ClaimState::absent);
}

TEST_F(ClaimTest, TheClaimOfAKilledProcessOfThisMachineIsRemovedAtOnce) {
  const pid_t child = start([&] { return Claim::take(path_, kLong); });
  ClaimWatch watch(kLong);
  EXPECT_EQ(watch.look(path_), ClaimState::held);
  kill_and_collect(child);
  EXPECT_EQ(watch.look(path_), ClaimState::removed);
  EXPECT_EQ(watch.look(path_), ClaimState::absent);
}

TEST_F(ClaimTest, AKilledProcessThatNobodyCollectedIsGoneToo) {
  const pid_t child = start([&] { return Claim::take(path_, kLong); });
  ::kill(child, SIGKILL);
  siginfo_t ended;
  ::waitid(P_PID, static_cast<id_t>(child), &ended, WEXITED | WNOWAIT);
  ClaimWatch watch(kLong);
  EXPECT_EQ(watch.look(path_), ClaimState::removed);
  ::waitpid(child, nullptr, 0);
}

TEST_F(ClaimTest, ALaterProcessWithTheHoldersNumberDoesNotKeepItsClaimAlive) {
  std::string machine;
  std::string pid;
  std::string start;
  {
    const auto claim = Claim::take(path_, kLong);
    std::ifstream(path_) >> machine >> pid >> start;
  }
  ASSERT_EQ(pid, std::to_string(::getpid()));
  std::ofstream(path_) << machine << " " << pid << " " << start << " 0123\n000000000000000000\n";
  ClaimWatch watch(kLong);
  EXPECT_EQ(watch.look(path_), ClaimState::held) << "it is this process";
  std::ofstream(path_) << machine << " " << pid << " " << std::stoll(start) - 1 << " 0123\n000000000000000000\n";
  EXPECT_EQ(watch.look(path_), ClaimState::removed);
}

TEST_F(ClaimTest, ADeadClaimThatCannotBeRemovedIsAnErrorAndNotWaitedForForEver) {
  // With the ending of its temporary name it is longer than a name may be: as where a folder has become read-only.
  fs::path path = folder_.path() / std::string(240, 'x');
  path += ".claim";
  kill_and_collect(start([&] { return Claim::take(path, kLong); }));
  ClaimWatch watch(kLong);
  EXPECT_THAT(message_of([&] { static_cast<void>(watch.look(path)); }), ::testing::HasSubstr(".claim"));
}

TEST_F(ClaimTest, TheClaimOfAnotherMachineDiesWhenItHasNotChangedForItsLifetime) {
  std::ofstream(path_) << "elsewhere/boot/pid:[1] 4000000 0123\n000000000000000000\n";
  ClaimWatch watch(kShort);
  EXPECT_EQ(watch.look(path_), ClaimState::held) << "the first look starts the time";
  std::this_thread::sleep_for(milliseconds(50));
  EXPECT_EQ(watch.look(path_), ClaimState::held);
  std::this_thread::sleep_for(kShort);
  EXPECT_EQ(watch.look(path_), ClaimState::removed);
  EXPECT_FALSE(fs::exists(path_));
}

TEST_F(ClaimTest, ABeatStartsTheLifetimeAnewWhateverTheFileTimesSay) {
  std::ofstream(path_) << "elsewhere/boot/pid:[1] 4000000 0123\n000000000000000000\n";
  ClaimWatch watch(kShort);
  EXPECT_EQ(watch.look(path_), ClaimState::held);
  for (int beat = 1; beat < 5; ++beat) {
    std::this_thread::sleep_for(milliseconds(250));
    std::ofstream(path_) << "elsewhere/boot/pid:[1] 4000000 0123\n00000000000000000" << beat << "\n";
    // Clocks jump: to 1970 and a year ahead.
    const auto jump = std::chrono::hours(beat % 2 == 0 ? 24 * 365 : -24 * 365 * 50);
    fs::last_write_time(path_, fs::file_time_type::clock::now() + jump);
    EXPECT_EQ(watch.look(path_), ClaimState::held) << beat;
  }
}

TEST_F(ClaimTest, TheHolderChangesItsClaimAgainAndAgain) {
  const auto claim = Claim::take(path_, kShort);
  std::set<std::string> contents;
  for (int look = 0; look < 1000 && contents.size() < 5; ++look) {
    contents.insert(content_of(path_));
    std::this_thread::sleep_for(milliseconds(10));
  }
  EXPECT_EQ(contents.size(), 5U);
}

TEST_F(ClaimTest, AHolderThatWasStoppedLosesItsClaimAndLeavesTheNewHoldersAlone) {
  // The child stops itself while it holds the claim; continued, it gives up what it believes to hold.
  int done[2];
  ASSERT_EQ(::pipe(done), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    {
      const auto claim = Claim::take(path_, kShort);
      ::raise(SIGSTOP);
    }
    static_cast<void>(!::write(done[1], "x", 1));
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, WUNTRACED);
  ASSERT_TRUE(WIFSTOPPED(status));
  ClaimWatch watch(kShort);
  EXPECT_EQ(watch.look(path_), ClaimState::held);
  std::this_thread::sleep_for(kShort);
  EXPECT_EQ(watch.look(path_), ClaimState::removed);
  const auto mine = Claim::take(path_, kLong);
  ASSERT_NE(mine, nullptr);
  const std::string before = content_of(path_);
  ::kill(child, SIGCONT);
  char byte = 0;
  EXPECT_EQ(::read(done[0], &byte, 1), 1);
  ::waitpid(child, nullptr, 0);
  EXPECT_EQ(content_of(path_), before);
}

TEST_F(ClaimTest, AHalfWrittenClaimDiesByItsSilence) {
  std::ofstream(path_) << "";
  ClaimWatch watch(kShort);
  EXPECT_EQ(watch.look(path_), ClaimState::held);
  std::this_thread::sleep_for(kShort);
  EXPECT_EQ(watch.look(path_), ClaimState::removed);
}

TEST_F(ClaimTest, OfManyObserversOneRemovesADeadClaim) {
  constexpr int kProcesses = 8;
  for (int round = 0; round < 10; ++round) {
    kill_and_collect(start([&] { return Claim::take(path_, kLong); }));
    std::vector<pid_t> children;
    for (int i = 0; i < kProcesses; ++i) {
      const pid_t child = ::fork();
      if (child == 0) {
        // The dead claim is taken away once; whoever comes later finds none, or that of a living process.
        ClaimWatch watch(kLong);
        ::_exit(watch.look(path_) == ClaimState::removed ? 1 : 0);
      }
      children.push_back(child);
    }
    int removed = 0;
    for (const pid_t child : children) {
      int status = 0;
      ::waitpid(child, &status, 0);
      removed += WEXITSTATUS(status);
    }
    EXPECT_EQ(removed, 1);
    EXPECT_TRUE(fs::is_empty(folder_.path()));
  }
}

TEST_F(ClaimTest, ClaimsOfFinishedFilesAreRemovedAndNothingElse) {
  folder_.write("chunk-00001.claim", "x");
  folder_.write("chunk-00001.h5", "x");
  remove_claims(folder_.path());
  EXPECT_FALSE(fs::exists(folder_.path() / "chunk-00001.claim"));
  EXPECT_TRUE(fs::exists(folder_.path() / "chunk-00001.h5"));
}

}  // namespace
}  // namespace at2
