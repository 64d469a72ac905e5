#include "app/man_page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/command_table.h"
#include "app/option_list.h"
#include "config/keys.h"
#include "support/shell.h"
#include "support/test_files.h"

namespace at2 {
namespace {

using ::testing::HasSubstr;
using testing::run_command;

TEST(ManPageTest, RoffShowsTextsLiterally) {
  EXPECT_EQ(roff_text(".profile"), "\\&.profile");
  EXPECT_EQ(roff_text("'quoted'"), "\\&\\(aqquoted\\(aq");
  EXPECT_EQ(roff_text("--set a\\b"), "\\-\\-set a\\eb");
}

TEST(ManPageTest, HasEveryCommandOptionExampleAndKey) {
  const std::string page = man_page();
  for (const CommandEntry& entry : command_table()) {
    EXPECT_THAT(page, HasSubstr(".SS " + roff_text("at2 " + entry.name)));
    for (const ListedOption& option : option_list(entry)) EXPECT_THAT(page, HasSubstr(roff_text("--" + option.name)));
    for (const CommandExample& example : entry.examples) EXPECT_THAT(page, HasSubstr(roff_text(example.line)));
  }
  for (const Key& key : all_keys()) EXPECT_THAT(page, HasSubstr("\\fB" + roff_text(key.path) + "\\fR"));
}

TEST(ManPageTest, GroffHasNothingToComplainAbout) {
  if (run_command("command -v groff").exit_code != 0) GTEST_SKIP() << "there is no groff here";
  const TestFolder files;
  const auto page = files.write("at2.1", man_page());
  const auto warnings = run_command("groff -man -ww -Tutf8 -z " + page.string());
  EXPECT_EQ(warnings.exit_code, 0);
  EXPECT_EQ(warnings.output, "");
  const auto shown = run_command("groff -man -Tascii -P-cbou " + page.string());
  EXPECT_THAT(shown.output, HasSubstr("at2 attribute --query TEXT [--context FILE]..."));
  EXPECT_THAT(shown.output, HasSubstr("EXIT STATUS"));
}

}  // namespace
}  // namespace at2
