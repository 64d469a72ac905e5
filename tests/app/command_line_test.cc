#include "app/command_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/test_files.h"

namespace at2 {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(CommandLineTest, RunTakesConfigFolderAndOverrides) {
  const CommandLine line = parse_command_line({"run", "a.yaml", "--out", "here", "--set", "seed=2", "--set", "x.y=3"});
  EXPECT_EQ(line.command, Command::run);
  EXPECT_EQ(line.config_file, "a.yaml");
  EXPECT_EQ(line.out, "here");
  EXPECT_THAT(line.overrides, ElementsAre("seed=2", "x.y=3"));
}

TEST(CommandLineTest, PruneAndBenchAttributionAreStages) {
  EXPECT_EQ(parse_command_line({"prune", "a.yaml"}).command, Command::prune);
  EXPECT_EQ(parse_command_line({"bench-attribution", "a.yaml"}).command, Command::bench_attribution);
  EXPECT_THAT(help_text(), HasSubstr("at2 bench-attribution CONFIG"));
}

TEST(CommandLineTest, NoWordsAskForHelp) { EXPECT_EQ(parse_command_line({}).command, Command::help); }

TEST(CommandLineTest, AttributeHasDefaults) {
  const CommandLine line = parse_command_line({"attribute", "--context", "c", "--query", "q"});
  EXPECT_EQ(line.attribute.method, Method::at2);
  EXPECT_EQ(line.attribute.sources, SourceKind::sentence);
  EXPECT_EQ(line.attribute.format, OutputFormat::text);
  EXPECT_FALSE(line.attribute.response_file.has_value());
}

TEST(CommandLineTest, ThoughtAttributionNeedsNoContext) {
  const CommandLine line = parse_command_line({"attribute", "--task", "thought", "--query", "q"});
  EXPECT_EQ(line.attribute.task, Task::thought);
  EXPECT_FALSE(line.attribute.context_file.has_value());
  EXPECT_EQ(parse_command_line({"attribute", "--context", "c", "--query", "q"}).attribute.task, Task::context);
}

TEST(CommandLineTest, StatusAndVerifyTakeARunFolder) {
  EXPECT_EQ(parse_command_line({"status", "runs/a"}).run_folder.run, "runs/a");
  EXPECT_EQ(parse_command_line({"status", "runs/a"}).run_folder.format, OutputFormat::text);
  EXPECT_EQ(parse_command_line({"status", "--json", "--run", "runs/a"}).run_folder.format, OutputFormat::json);
  EXPECT_EQ(parse_command_line({"verify", "runs/a"}).command, Command::verify);
  EXPECT_THAT(help_text(), HasSubstr("at2 status RUN"));
  EXPECT_THAT(help_text(), HasSubstr("at2 verify RUN"));
}

TEST(CommandLineTest, ConfigShowsAFileOrTheDefaults) {
  const CommandLine line = parse_command_line({"config", "a.yaml", "--set", "seed=2"});
  EXPECT_EQ(line.command, Command::show_config);
  EXPECT_EQ(line.config_file, "a.yaml");
  EXPECT_EQ(line.overrides, std::vector<std::string>{"seed=2"});
  EXPECT_EQ(parse_command_line({"config", "--dump-default"}).command, Command::dump_default);
}

TEST(CommandLineTest, WrongWordsAreNamed) {
  const auto message = [](const std::vector<std::string>& words) {
    return message_of([&] { static_cast<void>(parse_command_line(words)); });
  };
  EXPECT_THAT(message({"rum"}), HasSubstr("at2 rum is not a command"));
  EXPECT_THAT(message({"run"}), HasSubstr("needs a config"));
  EXPECT_THAT(message({"run", "a.yaml", "--sett", "x=1"}), HasSubstr("--sett"));
  EXPECT_THAT(message({"run", "a.yaml", "b.yaml"}), HasSubstr("cannot read the command line"));
  EXPECT_THAT(message({"stauts"}), HasSubstr("status, verify, verify-model"));
  EXPECT_THAT(message({"status"}), HasSubstr("at2 status needs a run folder"));
  EXPECT_THAT(message({"verify"}), HasSubstr("at2 verify-model for a model"));
  EXPECT_THAT(message({"verify", "--json", "a"}), HasSubstr("knows no --json"));
  EXPECT_THAT(message({"config"}), HasSubstr("--dump-default"));
  EXPECT_THAT(message({"attribute", "--context", "c"}), HasSubstr("--query"));
  EXPECT_THAT(message({"attribute", "--query", "q"}), HasSubstr("--context"));
  EXPECT_THAT(message({"attribute", "--task", "thoughts", "--query", "q"}), HasSubstr("possible: context, thought"));
  EXPECT_THAT(message({"attribute", "--context", "c", "--query", "q", "--ablations", "1"}), HasSubstr("at least 2"));
}

}  // namespace
}  // namespace at2
