#include "app/command_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <iomanip>
#include <sstream>

#include "app/command_table.h"
#include "app/help_text.h"
#include "app/option_values.h"
#include "support/test_files.h"

namespace at2 {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

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
}

TEST(CommandLineTest, NoWordsAskForHelp) { EXPECT_EQ(parse_command_line({}).command, Command::help); }

TEST(CommandLineTest, HelpMayStandAnywhere) {
  for (const std::vector<std::string>& words : std::vector<std::vector<std::string>>{
           {"help", "run"}, {"run", "--help"}, {"run", "a.yaml", "-h"}, {"run", "--help", "--unknown"}}) {
    const CommandLine line = parse_command_line(words);
    EXPECT_EQ(line.command, Command::help);
    EXPECT_EQ(line.topic, "run");
  }
  EXPECT_EQ(parse_command_line({"--help"}).topic, "");
  EXPECT_EQ(parse_command_line({"--version"}).command, Command::version);
}

TEST(CommandTableTest, EveryCommandIsInTheHelpAndHasOneOfItsOwn) {
  const std::string all = help_text();
  for (const CommandEntry& entry : command_table()) {
    EXPECT_THAT(all, HasSubstr("  " + entry.name + " "));
    const std::string text = help_text(entry);
    EXPECT_THAT(text, HasSubstr("usage: at2 " + entry.name));
    const auto options = entry.options();
    for (const auto& option : options.options()) EXPECT_THAT(text, HasSubstr("--" + option->long_name()));
    for (const CommandExample& example : entry.examples) EXPECT_THAT(text, HasSubstr(example.line));
  }
}

/// The words of an example, without the quotes of a shell. A line of another program is none.
std::vector<std::string> words_of(const std::string& line) {
  std::vector<std::string> words;
  std::istringstream rest(line.substr(0, line.find(" > ")));
  for (std::string word; rest >> std::quoted(word);) words.push_back(word);
  if (words.empty() || words.front() != "at2") return {};
  return {words.begin() + 1, words.end()};
}

TEST(CommandTableTest, EveryExampleIsALineThatTheProgramTakes) {
  for (const CommandEntry& entry : command_table()) {
    for (const CommandExample& example : entry.examples) {
      EXPECT_EQ(message_of([&] { static_cast<void>(parse_command_line(words_of(example.line))); }), "") << example.line;
    }
  }
}

TEST(CommandTableTest, TextsFitIntoALine) {
  for (const CommandEntry& entry : command_table()) {
    std::istringstream lines(help_text(entry));
    for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 118U) << line;
    EXPECT_LE(entry.summary.size(), 80U) << entry.name;
  }
}

TEST(CommandLineTest, AttributeHasDefaults) {
  const AttributeRequest request = parse_command_line({"attribute", "--context", "c", "--query", "q"}).attribute;
  EXPECT_EQ(request.methods, std::vector<Method>{Method::at2});
  EXPECT_EQ(request.sources, SourceKind::sentence);
  EXPECT_EQ(request.format, AnswerFormat::text);
  EXPECT_EQ(request.colours, ColourChoice::automatic);
  EXPECT_EQ(request.model_check, ModelCheck::refuse_other);
  EXPECT_FALSE(request.response_file.has_value());
  EXPECT_FALSE(request.task.has_value());
}

TEST(CommandLineTest, AttributeTakesSeveralDocumentsMethodsAndSpans) {
  const AttributeRequest request =
      parse_command_line({"attribute", "--context", "a", "--context", "-", "--query", "q", "--method",
                          "gradient,at2,at2", "--target", "one", "--target", "two", "--task", "thought"})
          .attribute;
  EXPECT_EQ(request.context_files, (std::vector<std::string>{"a", "-"}));
  EXPECT_EQ(request.methods, (std::vector<Method>{Method::gradient, Method::at2})) << "each once, in the order given";
  EXPECT_EQ(request.spans, (std::vector<std::string>{"one", "two"}));
  EXPECT_EQ(request.task, Task::thought);
}

TEST(CommandLineTest, StatusAndVerifyTakeARunFolder) {
  EXPECT_EQ(parse_command_line({"status", "runs/a"}).run_folder.run, "runs/a");
  EXPECT_EQ(parse_command_line({"status", "runs/a"}).run_folder.format, OutputFormat::text);
  EXPECT_EQ(parse_command_line({"status", "--json", "--run", "runs/a"}).run_folder.format, OutputFormat::json);
  EXPECT_EQ(parse_command_line({"verify", "runs/a"}).command, Command::verify);
}

TEST(CommandLineTest, ConfigShowsAFileOrTheDefaults) {
  const CommandLine line = parse_command_line({"config", "a.yaml", "--set", "seed=2"});
  EXPECT_EQ(line.command, Command::show_config);
  EXPECT_EQ(line.config_file, "a.yaml");
  EXPECT_EQ(line.overrides, std::vector<std::string>{"seed=2"});
  EXPECT_EQ(parse_command_line({"config", "--dump-default"}).command, Command::dump_default);
}

TEST(CommandLineTest, DoctorAndInspectTakeAModelAPathAndAFormat) {
  EXPECT_EQ(parse_command_line({"doctor"}).doctor.model, "default");
  EXPECT_EQ(parse_command_line({"doctor", "--model", "m", "--format", "json"}).doctor.format, OutputFormat::json);
  EXPECT_EQ(parse_command_line({"inspect", "a.h5"}).inspect.path, "a.h5");
  EXPECT_EQ(parse_command_line({"inspect", "a.h5"}).inspect.format, OutputFormat::text);
  EXPECT_EQ(parse_command_line({"completion", "zsh"}).shell, Shell::zsh);
  EXPECT_EQ(parse_command_line({"man"}).command, Command::man);
}

TEST(CommandLineTest, LdsTakesEstimatorsRunsAndWhatToDraw) {
  const LdsRequest lds =
      parse_command_line({"lds", "--on", "a", "--on", "b", "--sources", "token,sentence", "--methods", "at2,esm_32",
                          "--against", "heads", "--baseline", "y", "--out", "o", "x", "y/estimator.h5"})
          .lds;
  EXPECT_THAT(lds.estimators, ElementsAre("x", "y/estimator.h5"));
  EXPECT_THAT(lds.runs, ElementsAre("a", "b"));
  EXPECT_THAT(lds.sources, ElementsAre(SourceKind::token, SourceKind::sentence));
  EXPECT_THAT(lds.methods, ElementsAre("at2", "esm_32"));
  EXPECT_EQ(lds.against, Against::heads);
  EXPECT_EQ(lds.baseline, "y");
  EXPECT_EQ(lds.out, "o");
  EXPECT_FALSE(parse_command_line({"lds", "--on", "a", "x"}).lds.against);
  EXPECT_FALSE(parse_command_line({"lds", "--on", "a", "x"}).lds.held_out);
  EXPECT_EQ(parse_command_line({"lds", "--on", "a", "--held-out", "8", "x"}).lds.held_out, 8);
}

TEST(CommandLineTest, WrongWordsOfLdsAreNamed) {
  const auto message = [](const std::vector<std::string>& words) {
    return message_of([&] { static_cast<void>(parse_command_line(words)); });
  };
  EXPECT_THAT(message({"lds", "x"}), HasSubstr("needs estimators and --on"));
  EXPECT_THAT(message({"lds", "--on", "a"}), HasSubstr("needs estimators and --on"));
  EXPECT_THAT(message({"lds", "--on", "a", "x", "--against", "exmples", "--out", "o"}),
              HasSubstr("did you mean examples?"));
  EXPECT_THAT(message({"lds", "--on", "a", "x", "--against", "heads"}), HasSubstr("there is no --out"));
  EXPECT_THAT(message({"lds", "--on", "a", "x", "--held-out", "-1"}), HasSubstr("--held-out is -1"));
  EXPECT_THAT(message({"lds", "--on", "a", "x", "--held-out", "8", "--sources", "token"}),
              HasSubstr("--sources cannot be chosen with --held-out"));
}

TEST(CommandLineTest, WrongWordsAreNamed) {
  const auto message = [](const std::vector<std::string>& words) {
    return message_of([&] { static_cast<void>(parse_command_line(words)); });
  };
  EXPECT_THAT(message({"rum"}), AllOf(HasSubstr("at2 rum is not a command"), HasSubstr("did you mean run?")));
  EXPECT_THAT(message({"run"}), HasSubstr("needs a config"));
  EXPECT_THAT(message({"run", "a.yaml", "--sett", "x=1"}),
              AllOf(HasSubstr("at2 run knows no option --sett"), HasSubstr("did you mean --set?")));
  EXPECT_THAT(message({"run", "a.yaml", "--query", "q"}), HasSubstr("see at2 help run"));
  EXPECT_THAT(message({"run", "a.yaml", "b.yaml"}), HasSubstr("cannot read the command line"));
  EXPECT_THAT(message({"stauts"}), HasSubstr("did you mean status?"));
  EXPECT_THAT(message({"xyz"}), AllOf(HasSubstr("status, verify, figures, lds"), HasSubstr("see at2 help")));
  EXPECT_THAT(message({"help", "runn"}), HasSubstr("did you mean run?"));
  EXPECT_THAT(message({"status"}), HasSubstr("at2 status needs a run folder"));
  EXPECT_THAT(message({"verify"}), HasSubstr("at2 verify-model for a model"));
  EXPECT_THAT(message({"verify", "--json", "a"}), HasSubstr("knows no option --json"));
  EXPECT_THAT(message({"config"}), HasSubstr("--dump-default"));
  EXPECT_THAT(message({"attribute", "--context", "c"}), HasSubstr("--query"));
  EXPECT_THAT(message({"attribute", "--context", "-", "--response", "-", "--query", "q"}), HasSubstr("read twice"));
  EXPECT_THAT(message({"attribute", "--query", "q", "--method", "at2,gradiant"}), HasSubstr("did you mean gradient?"));
  EXPECT_THAT(message({"attribute", "--query", "q", "--method", "at2_general"}), HasSubstr("--estimator FILE"));
  EXPECT_THAT(message({"attribute", "--query", "q", "--method", "lime"}),
              AllOf(HasSubstr("leave_one_out"), Not(HasSubstr("at2_general"))));
  EXPECT_THAT(message({"inspect"}), HasSubstr("needs a file or a folder"));
  EXPECT_THAT(message({"completion"}), HasSubstr("needs the name of a shell"));
  EXPECT_THAT(message({"completion", "fish"}), HasSubstr("possible: bash, zsh"));
  EXPECT_THAT(message({"attribute", "--query", "q", "--format", "htlm"}), HasSubstr("did you mean html?"));
  EXPECT_THAT(message({"attribute", "--task", "thoughts", "--query", "q"}),
              AllOf(HasSubstr("possible: context, thought"), HasSubstr("did you mean thought?")));
  EXPECT_THAT(message({"figures", "a", "--out", "b", "--sources", "sentense"}), HasSubstr("did you mean sentence?"));
  EXPECT_THAT(message({"attribute", "--context", "c", "--query", "q", "--ablations", "1"}), HasSubstr("at least 2"));
}

}  // namespace
}  // namespace at2
