// From data sets to stored responses: given responses, the chosen examples in the run folder, and at2 data.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/hdf5_reader.h"
#include "support/tiny_run.h"

namespace at2 {
namespace {

using testing::CommandResult;
using ::testing::HasSubstr;
using testing::run_command;
using testing::TinyRun;

constexpr const char* kJsonl = "--set data.train.format=jsonl ";
constexpr const char* kGiven = "the t0 box is red. it has lids.";

/// Records of a user's own; the first and third come with a response.
std::string own_records() {
  std::string lines;
  for (int i = 0; i < 4; ++i) {
    nlohmann::json record = {{"id", "own-" + std::to_string(i)},
                             {"query", "what is t" + std::to_string(i) + "?"},
                             {"documents", {"the t" + std::to_string(i) + " box.", "it is red."}}};
    if (i == 0) record["response"] = kGiven;
    if (i == 2) record["response"] = std::string(25, 'y');
    lines += record.dump() + "\n";
  }
  return lines;
}

nlohmann::json json_of(const std::filesystem::path& path) {
  std::ifstream file(path);
  return nlohmann::json::parse(file);
}

Hdf5Reader response(const TinyRun& run, int chunk) {
  return Hdf5Reader(run.path() / "out/responses/train" / ("chunk-0000" + std::to_string(chunk) + ".h5"));
}

TEST(GivenResponseTest, ItIsStoredInsteadOfAGeneratedOneAndAttributed) {
  const TinyRun run(4, 2);
  run.folder().write("train.jsonl", own_records());
  const CommandResult result =
      run.run("run", 2, "out", std::string(kJsonl) + "--set generate.max_new_tokens=31 --set ablate.sources=document");
  ASSERT_EQ(result.exit_code, 0) << result.output;
  const std::string first = "examples/000000";
  EXPECT_EQ(response(run, 0).read_text(first + "/text"), kGiven);
  EXPECT_EQ(response(run, 0).text_attribute(first, "id"), "own-0");
  EXPECT_EQ(response(run, 0).int_attribute(first, "ended"), 1);
  EXPECT_EQ(response(run, 0).read(first + "/tokens").numel(), 31) << "the tokenizer has a token per character";
  EXPECT_NE(response(run, 1).read_text("examples/000001/text"), "");
  EXPECT_EQ(response(run, 2).read_text("examples/000002/text"), std::string(25, 'y'));
  EXPECT_EQ(json_of(run.path() / "out/metrics.json")["counts"]["training_examples"], 4);
}

TEST(GivenResponseTest, OneThatIsTooLongIsCountedAndSkipped) {
  const TinyRun run(4, 2);
  run.folder().write("train.jsonl", own_records());
  const CommandResult result = run.run(
      "generate", 1, "out", std::string(kJsonl) + "--set generate.max_new_tokens=24 --set data.max_bad_fraction=0.5");
  ASSERT_EQ(result.exit_code, 0) << result.output;
  EXPECT_THAT(result.output, HasSubstr("own-0: 31 tokens, 24 allowed"));
  EXPECT_EQ(response(run, 0).text_attribute("examples/000000", "skipped"),
            "response longer than generate.max_new_tokens");
  EXPECT_EQ(response(run, 1).text_attribute("examples/000001", "skipped"), "");
}

TEST(ChosenExamplesTest, ADataSetIsReadOnceAndItsCountsAreKept) {
  const TinyRun run(6, 2);
  std::ofstream(run.path() / "train.jsonl", std::ios::app)
      << R"({"instruction": "q", "context": "", "category": "closed_qa"})"
      << "\n";
  const std::string some = "--set data.train.max_examples=3";
  CommandResult result = run.run("generate", 2, "out", some);
  ASSERT_EQ(result.exit_code, 0) << result.output;
  const auto chosen = run.path() / "out/examples/train.json";
  EXPECT_EQ(json_of(chosen)["examples"].size(), 3U);
  const auto provenance = json_of(run.path() / "out/provenance.json")["datasets"];
  ASSERT_EQ(provenance.size(), 2U);
  EXPECT_EQ(provenance[0]["set"], "train");
  EXPECT_EQ(provenance[0]["read"], 7);
  EXPECT_EQ(provenance[0]["kept"], 6);
  EXPECT_EQ(provenance[0]["used"], 3);
  EXPECT_EQ(provenance[0]["dropped"]["no context"], 1);

  const auto written = std::filesystem::last_write_time(chosen);
  result = run.run("generate", 1, "out", some);
  ASSERT_EQ(result.exit_code, 0) << result.output;
  EXPECT_EQ(std::filesystem::last_write_time(chosen), written);
  EXPECT_THAT(result.output, HasSubstr("7 records read, 6 kept, 1 dropped (1 x no context), 3 used"));
}

TEST(ChosenExamplesTest, AChangedDataSetIsReadAgainAndRefusedOnlyWhereItMatters) {
  const TinyRun run(6, 2);
  const std::string some = "--set data.train.max_examples=3";
  ASSERT_EQ(run.run("generate", 1, "out", some).exit_code, 0);
  // A record that is not used.
  std::ofstream(run.path() / "train.jsonl", std::ios::app)
      << R"({"instruction": "q", "context": "c", "category": "open_qa"})"
      << "\n";
  CommandResult result = run.run("generate", 1, "out", some);
  EXPECT_EQ(result.exit_code, 0) << result.output;
  EXPECT_THAT(result.output, HasSubstr("7 records read"));
  run.folder().write("train.jsonl", TinyRun::records(6, "other"));
  result = run.run("generate", 1, "out", some);
  EXPECT_NE(result.exit_code, 0);
  EXPECT_THAT(result.output, HasSubstr("fingerprint"));
}

TEST(ChosenExamplesTest, ALimitOnPromptsIsPartOfTheRun) {
  const TinyRun run(4, 2);
  ASSERT_EQ(run.run("generate", 1, "out").exit_code, 0);
  const CommandResult result = run.run("generate", 1, "out", "--set data.train.max_prompt_characters=5");
  EXPECT_NE(result.exit_code, 0);
  EXPECT_THAT(result.output, HasSubstr("data.train.max_prompt_characters is 0 there and 5 now"));
  const CommandResult other = run.run("generate", 1, "other", "--set data.train.max_prompt_characters=5");
  EXPECT_THAT(other.output, HasSubstr("longer than 5 characters"));
  EXPECT_THAT(other.output, HasSubstr("or raise max_prompt_characters"));
}

TEST(ChosenExamplesTest, DamageIsNoticed) {
  const TinyRun run(4, 2);
  ASSERT_EQ(run.run("generate", 1, "out").exit_code, 0);
  std::filesystem::resize_file(run.path() / "out/examples/train.json", 300);
  const CommandResult result = run.run("generate", 2, "out");
  EXPECT_NE(result.exit_code, 0);
  EXPECT_THAT(result.output, HasSubstr("examples/train.json is damaged"));
}

TEST(DataCommandTest, ShowsCountsReasonsAndAPromptWithoutAModel) {
  const TinyRun run(4, 2);
  std::filesystem::remove_all(run.path() / "model");
  std::ofstream(run.path() / "train.jsonl", std::ios::app)
      << R"({"instruction": "q", "context": "", "category": "closed_qa"})"
      << "\n{\"x\n";
  const std::string command = "cd " + run.path().string() + " && " AT2_PROGRAM " data config.yaml";
  CommandResult result = run_command(command + " --set data.max_bad_fraction=0.5");
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_THAT(result.output,
              HasSubstr("train: train.jsonl (dolly, 1 file)\n  read 6\n  kept 4\n  used 4\n"
                        "  dropped 1: broken JSON\n  dropped 1: no context\n  train.jsonl:6: broken JSON"));
  EXPECT_THAT(result.output, HasSubstr("  prompt of dolly-1:\n\nContext: the t0 box is red. it has x lids.\n\n"
                                       "Query: what is t0?\n\nevaluation: evaluation.jsonl"));
  EXPECT_FALSE(std::filesystem::exists(run.path() / "runs"));
  result = run_command(command);
  EXPECT_NE(result.exit_code, 0);
  EXPECT_THAT(result.output, HasSubstr("error: 1 of 6 records of train.jsonl are unusable"));
}

TEST(ChosenExamplesTest, ThoseThatThetaHasSeenAreToldOfBeforeAndAfter) {
  const TinyRun tiny(2, 2);
  const CommandResult apart = tiny.run("generate", 2, "apart");
  EXPECT_EQ(apart.output.find("training examples, too"), std::string::npos) << apart.output;
  tiny.folder().write("evaluation.jsonl", TinyRun::records(1, "t") + TinyRun::records(1, "e"));
  const std::string told = "1 of 2 evaluation examples are training examples, too";
  const CommandResult run = tiny.run("run", 2, "shared", "--set evaluate.sources=[sentence]");
  ASSERT_EQ(run.exit_code, 0) << run.output;
  EXPECT_THAT(run.output, HasSubstr(told));
  EXPECT_THAT(run_command("cd " + tiny.path().string() + " && " AT2_PROGRAM " data config.yaml").output,
              HasSubstr(told));
  std::ifstream file(tiny.path() / "shared/metrics.json");
  EXPECT_THAT(nlohmann::json::parse(file)["notes"].dump(), HasSubstr(told));
}

}  // namespace
}  // namespace at2
