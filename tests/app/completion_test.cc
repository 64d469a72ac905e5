#include "app/completion.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "app/command_table.h"
#include "app/option_list.h"
#include "config/keys.h"
#include "support/shell.h"
#include "support/test_files.h"

namespace at2 {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using testing::run_command;

/// Asks bash itself: reads the script, sets what Tab would set, and calls the function that Tab calls.
class BashCompletionTest : public ::testing::Test {
 protected:
  BashCompletionTest() {
    files_.write("at2.bash", completion_script(Shell::bash));
    files_.write("notes.txt", "");
    files_.write("my.yaml", "");
    files_.write("runs/one/config.yaml", "");
  }

  /// What Tab offers after `words`, the last of which is being typed, as bash cuts them.
  [[nodiscard]] std::vector<std::string> offers(const std::string& words) const {
    const std::string script =
        "cd " + files_.path().string() + " && source ./at2.bash && COMP_WORDS=(at2 " + words +
        ") && COMP_CWORD=$((${#COMP_WORDS[@]} - 1)) && _at2 && printf '%s\\n' \"${COMPREPLY[@]}\"";
    files_.write("ask.sh", script);
    const auto answer = run_command("bash --norc --noprofile " + (files_.path() / "ask.sh").string());
    EXPECT_EQ(answer.exit_code, 0) << words << ": " << answer.output;
    std::vector<std::string> lines;
    std::istringstream rest(answer.output);
    for (std::string line; std::getline(rest, line);) {
      if (!line.empty()) lines.push_back(line);
    }
    return lines;
  }

 private:
  TestFolder files_;
};

TEST_F(BashCompletionTest, TheFirstWordIsACommand) {
  EXPECT_THAT(offers("att"), ElementsAre("attribute"));
  const auto all = offers("''");
  for (const CommandEntry& entry : command_table()) EXPECT_THAT(all, Contains(entry.name));
}

TEST_F(BashCompletionTest, EveryOptionOfEveryCommandIsOffered) {
  for (const CommandEntry& entry : command_table()) {
    const auto all = offers(entry.name + " --");
    for (const ListedOption& option : option_list(entry)) EXPECT_THAT(all, Contains("--" + option.name)) << entry.name;
    EXPECT_THAT(all, Contains("--help"));
  }
}

TEST_F(BashCompletionTest, ValuesOfAnOptionAreItsWords) {
  EXPECT_THAT(offers("attribute --sources se"), ElementsAre("sentence"));
  EXPECT_THAT(offers("attribute --format ''"), ElementsAre("text", "json", "markdown", "html"));
  EXPECT_THAT(offers("attribute --format = ma"), ElementsAre("markdown")) << "--format=ma as bash cuts it";
  EXPECT_THAT(offers("attribute --method at2,gra"), ElementsAre("at2,gradient"));
  EXPECT_THAT(offers("completion z"), ElementsAre("zsh"));
  EXPECT_THAT(offers("help verify-"), ElementsAre("verify-model"));
}

TEST_F(BashCompletionTest, FilesAndFoldersAreOfferedWhereTheyAreWanted) {
  EXPECT_THAT(offers("attribute --context no"), ElementsAre("notes.txt"));
  EXPECT_THAT(offers("run my"), ElementsAre("my.yaml"));
  EXPECT_THAT(offers("status ru"), ElementsAre("runs"));
  EXPECT_THAT(offers("run my.yaml --out ''"), ElementsAre("runs"));
  EXPECT_THAT(offers("attribute --query ''"), IsEmpty()) << "free text";
}

TEST_F(BashCompletionTest, KeysFollowSetAndWordsFollowKeys) {
  EXPECT_THAT(offers("run my.yaml --set model.dev"), ElementsAre("model.device="));
  EXPECT_THAT(offers("run my.yaml --set model.device ="), ElementsAre("auto", "cpu", "cuda"));
  EXPECT_THAT(offers("run my.yaml --set model.device = cu"), ElementsAre("cuda"));
  EXPECT_THAT(offers("run my.yaml --set model.device=cu"), ElementsAre("model.device=cuda"))
      << "where = is not in COMP_WORDBREAKS";
  const auto all = offers("run my.yaml --set ''");
  for (const Key& key : all_keys()) EXPECT_THAT(all, Contains(key.path + "="));
}

TEST_F(BashCompletionTest, UnknownCommandsGetNoOffers) { EXPECT_THAT(offers("nothing --se"), Not(Contains("--set"))); }

TEST(CompletionTest, ScriptsPassTheParsersOfTheirShells) {
  const TestFolder files;
  const auto bash = files.write("at2.bash", completion_script(Shell::bash));
  const auto parsed = run_command("bash -n " + bash.string());
  EXPECT_EQ(parsed.exit_code, 0) << parsed.output;
  if (run_command("command -v shellcheck").exit_code == 0) {
    const auto checked = run_command("shellcheck --shell=bash " + bash.string());
    EXPECT_EQ(checked.exit_code, 0) << checked.output;
  }
}

TEST(CompletionTest, ZshTakesItsScript) {
  const std::string script = completion_script(Shell::zsh);
  for (const CommandEntry& entry : command_table()) EXPECT_THAT(script, HasSubstr("    " + entry.name + ")\n"));
  if (run_command("command -v zsh").exit_code != 0) GTEST_SKIP() << "there is no zsh here";
  const TestFolder files;
  const auto parsed = run_command("zsh -n " + files.write("_at2", script).string());
  EXPECT_EQ(parsed.exit_code, 0) << parsed.output;
}

TEST(CompletionTest, QuotesOfTheZshScriptAreBalanced) {
  std::istringstream lines(completion_script(Shell::zsh));
  for (std::string line; std::getline(lines, line);) {
    // An apostrophe within a text is written '\'': three more quotes.
    EXPECT_EQ(std::count(line.begin(), line.end(), '\'') % 2, 0) << line;
  }
}

}  // namespace
}  // namespace at2
