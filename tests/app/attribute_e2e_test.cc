// at2 attribute on the default model, as a user calls it.
#include <gtest/gtest.h>

#include "support/tiny_run.h"
#include "text/utf8.h"

namespace at2 {
namespace {

using testing::CommandResult;
using testing::run_command;

class AttributeTest : public ::testing::Test {
 protected:
  AttributeTest() {
    folder_.write("context.txt",
                  "The caf\u00e9 \u201cSete Mares\u201d opened in 1931. Its first cook was In\u00eas Prado.\nIt has "
                  "nine tables.\n");
    folder_.write("response.txt", "The caf\u00e9 opened in 1931.\n");
  }
  [[nodiscard]] CommandResult attribute(const std::string& arguments) const {
    return run_command("cd " + folder_.path().string() + " && " + AT2_PROGRAM +
                       " attribute --context context.txt --query \"When did it open?\" " + arguments + " 2>/dev/null");
  }
  TestFolder folder_;
};

TEST_F(AttributeTest, JsonHasSourcesTargetsAndScoresWithCodePointOffsets) {
  const CommandResult result = attribute("--response response.txt --method average_attention --format json");
  ASSERT_EQ(result.exit_code, 0) << result.output;
  const auto json = nlohmann::json::parse(result.output);
  EXPECT_EQ(json["response"], "The caf\u00e9 opened in 1931.") << "less one final newline";
  ASSERT_EQ(json["sources"].size(), 3U);
  EXPECT_EQ(json["sources"][0]["begin"], 0);
  EXPECT_EQ(json["sources"][0]["end"], 37) << "in code points";
  EXPECT_EQ(json["sources"][1]["text"], "Its first cook was In\u00eas Prado.");
  EXPECT_EQ(json["sources"][1]["begin"], 38);
  ASSERT_EQ(json["targets"].size(), 1U);
  const auto& scores = json["scores"]["average_attention"];
  ASSERT_EQ(scores.size(), 1U);
  ASSERT_EQ(scores[0].size(), 3U);
  EXPECT_GT(scores[0][0].get<double>(), scores[0][2].get<double>()) << "the answer's sentence gets more attention";
}

TEST_F(AttributeTest, EveryMethodScoresEverySource) {
  for (const std::string method : {"at2", "average_attention", "esm", "gradient", "leave_one_out"}) {
    const CommandResult result = attribute("--response response.txt --ablations 16 --format json --method " + method);
    ASSERT_EQ(result.exit_code, 0) << method << result.output;
    const auto json = nlohmann::json::parse(result.output);
    const std::string key = method == "esm" ? "esm_16" : method;
    const std::vector<double> scores = json["scores"][key][0];
    ASSERT_EQ(scores.size(), 3U) << method;
    EXPECT_GT(scores[0], scores[2]) << method << ": the sentence with the year matters most";
  }
}

TEST_F(AttributeTest, TokensAsSourcesCoverTheContext) {
  const CommandResult result =
      attribute("--response response.txt --sources token --method average_attention --format json");
  ASSERT_EQ(result.exit_code, 0) << result.output;
  const auto json = nlohmann::json::parse(result.output);
  ASSERT_GT(json["sources"].size(), 20U);
  EXPECT_EQ(json["sources"].size(), json["scores"]["average_attention"][0].size());
  EXPECT_EQ(json["sources"][0]["begin"], 0);
  EXPECT_EQ(json["sources"].back()["end"], 88) << "code points of the text without its final newline";
}

TEST_F(AttributeTest, WithoutAResponseTheModelAnswers) {
  const CommandResult result = attribute("--method average_attention --max-new-tokens 24");
  ASSERT_EQ(result.exit_code, 0) << result.output;
  EXPECT_NE(result.output.find("1931"), std::string::npos) << result.output;
  EXPECT_NE(result.output.find("\n> "), std::string::npos) << result.output;
}

TEST_F(AttributeTest, TheAttentionKeptWhileAnsweringIsThatOfAPassOverTheAnswer) {
  for (const std::string method : {"at2", "average_attention"}) {
    const std::string options = "--format json --method " + method;
    const CommandResult answered = attribute("--max-new-tokens 24 " + options);
    ASSERT_EQ(answered.exit_code, 0) << answered.output;
    const auto own = nlohmann::json::parse(answered.output);
    folder_.write("answer.txt", own["response"].get<std::string>());
    const CommandResult read = attribute("--response answer.txt " + options);
    ASSERT_EQ(read.exit_code, 0) << read.output;
    const auto again = nlohmann::json::parse(read.output);
    ASSERT_EQ(again["targets"], own["targets"]);
    for (std::size_t g = 0; g < own["targets"].size(); ++g) {
      for (std::size_t s = 0; s < own["sources"].size(); ++s) {
        EXPECT_NEAR(own["scores"][method][g][s].get<double>(), again["scores"][method][g][s].get<double>(), 1e-5)
            << method << ", target " << g << ", source " << s;
      }
    }
  }
}

TEST_F(AttributeTest, AThoughtsAnswerIsAttributedToTheThoughtAndTheContext) {
  folder_.write(
      "thought.txt",
      "<think>\nThe text says 1931. The tables do not matter.\n</think>\n\nIt opened in 1931. So it is old.\n");
  const CommandResult result =
      attribute("--task thought --response thought.txt --method average_attention --format json");
  ASSERT_EQ(result.exit_code, 0) << result.output;
  const auto json = nlohmann::json::parse(result.output);
  EXPECT_EQ(json["response"], "It opened in 1931. So it is old.");
  ASSERT_EQ(json["targets"].size(), 2U);
  EXPECT_EQ(json["targets"][1]["text"], "So it is old.");
  ASSERT_EQ(json["sources"].size(), 5U);
  EXPECT_EQ(json["sources"][2]["text"], "It has nine tables.");
  EXPECT_EQ(json["sources"][3]["text"], "The text says 1931.");
  EXPECT_EQ(json["sources"][4]["text"], "The tables do not matter.");
  EXPECT_EQ(json["sources"][2]["document"], 0);
  EXPECT_EQ(json["sources"][4]["document"], 1);
  EXPECT_EQ(json["sources"][3]["begin"], 0) << "offsets count within the thoughts";
  EXPECT_EQ(json["documents"][1]["name"], "thoughts");
  EXPECT_EQ(json["documents"][1]["text"], "The text says 1931. The tables do not matter.");
  EXPECT_EQ(json["scores"]["average_attention"][0].size(), 5U);

  const std::string without_context = std::string(AT2_PROGRAM) + " attribute --task thought --query \"When?\" " +
                                      "--response thought.txt --method average_attention --format json 2>/dev/null";
  const CommandResult bare = run_command("cd " + folder_.path().string() + " && " + without_context);
  ASSERT_EQ(bare.exit_code, 0) << bare.output;
  EXPECT_EQ(nlohmann::json::parse(bare.output)["sources"].size(), 2U);
}

TEST_F(AttributeTest, AThoughtThatIsNotClosedIsRefused) {
  folder_.write("thought.txt", "<think>\nThe text says 1931.\n");
  const CommandResult result = run_command("cd " + folder_.path().string() + " && " + AT2_PROGRAM +
                                           " attribute --task thought --query q --response thought.txt");
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_NE(result.output.find("unfinished thought"), std::string::npos) << result.output;
  EXPECT_NE(result.output.find("--max-new-tokens"), std::string::npos) << result.output;
}

TEST_F(AttributeTest, WithoutADocumentTheQueryIsWhatItCameFrom) {
  const CommandResult result =
      run_command("cd " + folder_.path().string() + " && " + AT2_PROGRAM +
                  " attribute --query \"It opened in 1931. It is red.\" --response response.txt "
                  "--format json 2>/dev/null");
  ASSERT_EQ(result.exit_code, 0) << result.output;
  const auto json = nlohmann::json::parse(result.output);
  EXPECT_EQ(json["documents"][0]["name"], "query");
  ASSERT_EQ(json["sources"].size(), 2U);
  EXPECT_EQ(json["sources"][1]["text"], "It is red.");
}

TEST_F(AttributeTest, SourcesOfSeveralDocumentsCountWithinTheirOwn) {
  folder_.write("second.txt", "  The caf\u00e9 has a garden. It is green.\n");
  for (const std::string kind : {"sentence", "token", "passage"}) {
    const CommandResult result = attribute(
        "--context second.txt --response response.txt --method average_attention --format json --sources " + kind);
    ASSERT_EQ(result.exit_code, 0) << result.output;
    const auto json = nlohmann::json::parse(result.output);
    ASSERT_EQ(json["documents"].size(), 2U);
    for (const auto& source : json["sources"]) {
      const std::u32string text =
          decode_utf8(json["documents"][source["document"].get<std::size_t>()]["text"].get<std::string>());
      const auto begin = source["begin"].get<std::size_t>();
      EXPECT_EQ(encode_utf8(text.substr(begin, source["end"].get<std::size_t>() - begin)), source["text"]) << kind;
    }
    EXPECT_EQ(json["sources"].back()["document"], 1) << kind;
  }
}

TEST_F(AttributeTest, ASpanIsAttributedInsteadOfTheSentences) {
  const CommandResult result = attribute(
      "--response response.txt --method average_attention,gradient --format json --target 1931 --target caf\u00e9");
  ASSERT_EQ(result.exit_code, 0) << result.output;
  const auto json = nlohmann::json::parse(result.output);
  ASSERT_EQ(json["targets"].size(), 2U);
  EXPECT_EQ(json["targets"][0]["text"], "caf\u00e9") << "in the order of the text";
  EXPECT_EQ(json["targets"][1]["begin"], 19);
  EXPECT_EQ(json["scores"]["gradient"].size(), 2U);
  EXPECT_EQ(json["scores"]["average_attention"].size(), 2U);
}

TEST_F(AttributeTest, WhatIsShownWhileTheAnswerIsWrittenIsTheAnswer) {
  const std::string options = "--method average_attention --max-new-tokens 40";
  const CommandResult shown = attribute(options);
  const CommandResult json = attribute(options + " --format json");
  ASSERT_EQ(json.exit_code, 0) << json.output;
  const std::string answer = nlohmann::json::parse(json.output)["response"];
  EXPECT_TRUE(shown.output.starts_with(answer + "\n\nSources of each sentence")) << shown.output;
}

TEST_F(AttributeTest, AFileIsReadFromStandardInput) {
  const CommandResult result = run_command("cd " + folder_.path().string() + " && " + AT2_PROGRAM +
                                           " attribute --context - --query q --response response.txt --method gradient "
                                           "--format markdown < context.txt 2>/dev/null");
  ASSERT_EQ(result.exit_code, 0) << result.output;
  EXPECT_TRUE(result.output.starts_with("The caf\u00e9 opened in 1931.[^1]")) << result.output;
}

TEST_F(AttributeTest, ColoursAreWrittenWhereTheyAreAskedForOnly) {
  const std::string options = "--response response.txt --method average_attention --color ";
  EXPECT_NE(attribute(options + "always").output.find("\033[48;5;"), std::string::npos);
  EXPECT_EQ(attribute(options + "auto").output.find("\033"), std::string::npos) << "the output is no terminal";
}

TEST_F(AttributeTest, ThetaOfAnotherModelIsRefusedAndOneOfAnotherShapeInAnyCase) {
  const testing::TinyRun run(4, 1);
  const std::string command = "cd " + folder_.path().string() + " && " + AT2_PROGRAM +
                              " attribute --context context.txt --query q --response response.txt --model " +
                              (run.path() / "model").string();
  const CommandResult refused = run_command(command + " 2>&1");
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_NE(refused.output.find("belongs to another model"), std::string::npos) << refused.output;
  const CommandResult other_shape = run_command(command + " --accept-other-model 2>&1");
  EXPECT_EQ(other_shape.exit_code, 1);
  EXPECT_NE(other_shape.output.find("30 layers"), std::string::npos) << other_shape.output;
}

TEST_F(AttributeTest, WrongArgumentsSayWhatToDo) {
  folder_.write("empty.txt", " \n");
  folder_.write("broken.txt", "a\xff");
  for (const auto& [arguments, fragment] : std::vector<std::pair<std::string, std::string>>{
           {"--context missing.txt --query q", "missing.txt"},
           {"--context context.txt", "--query"},
           {"--context context.txt --query q --response response.txt --target 1932", "1932"},
           {"--context empty.txt --query q", "empty.txt"},
           {"--context broken.txt --query q", "UTF-8"},
           {"--context context.txt --query q --method lime", "leave_one_out"},
           {"--context context.txt --query q --estimator none.h5", "none.h5"},
           {"--context context.txt --query q --format yaml", "json"}}) {
    const CommandResult result =
        run_command("cd " + folder_.path().string() + " && " + AT2_PROGRAM + " attribute " + arguments);
    EXPECT_EQ(result.exit_code, 1) << arguments;
    EXPECT_NE(result.output.find("error: "), std::string::npos) << result.output;
    EXPECT_NE(result.output.find(fragment), std::string::npos) << result.output;
  }
}

}  // namespace
}  // namespace at2
