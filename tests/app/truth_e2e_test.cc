// at2 doctor, inspect, completion and man as a user calls them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/inspect.h"
#include "support/tiny_run.h"

namespace at2 {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using testing::run_command;
using testing::TinyRun;

const std::string kAt2 = AT2_PROGRAM;

TEST(DoctorE2eTest, ThisMachineCanRunAndJsonSaysSo) {
  const auto text = run_command(kAt2 + " doctor");
  EXPECT_EQ(text.exit_code, 0) << text.output;
  EXPECT_THAT(text.output, AllOf(HasSubstr("ok     build: at2 "), HasSubstr("LibTorch 2."), HasSubstr("HDF5 1."),
                                 HasSubstr("MPI: "), HasSubstr("GPU: "), HasSubstr("at2 can run here")));
  const auto json = nlohmann::json::parse(run_command(kAt2 + " doctor --format json").output);
  EXPECT_TRUE(json["can_run"]);
  EXPECT_GT(json["checks"].size(), 8U);
}

TEST(DoctorE2eTest, WhatIsMissingIsAFaultWithItsFix) {
  const auto nowhere = run_command(kAt2 + " doctor --model nowhere");
  EXPECT_EQ(nowhere.exit_code, 1);
  EXPECT_THAT(nowhere.output, AllOf(HasSubstr("fault  model: there is no model at nowhere"), HasSubstr("cannot run")));
  const auto no_deps = run_command("AT2_DEPS=/nonexistent " + kAt2 + " doctor");
  EXPECT_EQ(no_deps.exit_code, 1);
  EXPECT_THAT(no_deps.output, AllOf(HasSubstr("fault  sentence splitter"), HasSubstr("launch/setup")));
}

TEST(DoctorE2eTest, LimitsOfTheShellAreSeen) {
  EXPECT_THAT(run_command("ulimit -n 100; " + kAt2 + " doctor").output,
              AllOf(HasSubstr("limit of open files: 100"), HasSubstr("ulimit -n 1024")));
}

/// Every file that a run leaves is known, or refused as what it is; nothing crashes.
TEST(InspectE2eTest, EveryFileOfARunIsKnown) {
  const TinyRun run(4, 2);
  const auto made = run.run("run", 0, "out");
  ASSERT_EQ(made.exit_code, 0) << made.output;
  int known = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(run.path())) {
    const auto path = entry.path();
    const std::string ending = path.extension().string();
    if (!entry.is_regular_file() || ending == ".jinja") continue;
    const std::string refusal = message_of([&] {
      const Inspection inspection = inspect(path);
      ++known;
      // Paths in a config are seen from where the run was started.
      if (ending != ".yaml") {
        EXPECT_TRUE(is_sound(inspection)) << inspection.dump(2);
      }
    });
    if (ending == ".svg" || ending == ".html" || ending == ".csv" || ending == ".md") {
      EXPECT_THAT(refusal, HasSubstr("at2 has no use for")) << path;
    } else {
      EXPECT_EQ(refusal, "") << path;
    }
  }
  EXPECT_GT(known, 15);
  const auto folder = run_command("cd " + run.path().string() + " && " + kAt2 + " inspect out");
  EXPECT_EQ(folder.exit_code, 0) << folder.output;
  EXPECT_THAT(folder.output,
              AllOf(HasSubstr("run folder"), HasSubstr("evaluate"), HasSubstr("ok     estimator: whole")));
  const auto model = run_command(kAt2 + " inspect " + run.path().string() + "/model --format json");
  EXPECT_EQ(nlohmann::json::parse(model.output)["kind"], "Hugging Face model folder");
  EXPECT_EQ(model.exit_code, 0);
}

TEST(InspectE2eTest, ExitStatusTellsAFailedCheckAndARefusal) {
  const TestFolder files;
  const auto faulty = files.write("faulty.jsonl", "{\"query\": \"q\", \"context\": \"c.\"}\n{\"query\": 1}\n");
  const auto checked = run_command(kAt2 + " inspect " + faulty.string());
  EXPECT_EQ(checked.exit_code, 1);
  EXPECT_THAT(checked.output, HasSubstr("FAULT  records"));
  const auto refused = run_command(kAt2 + " inspect " + files.write("x.pdf", "%PDF-1.4").string());
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_THAT(refused.output, AllOf(HasSubstr("error: at2 has no use for"), HasSubstr("PDF")));
}

TEST(CompletionE2eTest, ScriptsAndManPageArePrinted) {
  EXPECT_EQ(run_command("bash --norc -c 'source <(" + kAt2 + " completion bash) && complete -p at2'").output,
            "complete -F _at2 at2\n");
  EXPECT_THAT(run_command(kAt2 + " completion zsh").output, HasSubstr("#compdef at2"));
  EXPECT_THAT(run_command(kAt2 + " man").output, HasSubstr(".TH AT2 1"));
  const auto wrong = run_command(kAt2 + " completion zhs");
  EXPECT_EQ(wrong.exit_code, 1);
  EXPECT_THAT(wrong.output, HasSubstr("did you mean zsh?"));
}

}  // namespace
}  // namespace at2
