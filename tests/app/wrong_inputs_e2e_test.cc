// Wrong inputs of the two families (docs/architecture.md, errors), on two ranks: one message in the form
// "problem (why): what to do", a non-zero exit of all ranks, no hang. Record-level faults are counted and skipped.
#include <gtest/gtest.h>

#include <functional>

#include "base/deps.h"
#include "support/tiny_run.h"

namespace at2 {
namespace {

using testing::CommandResult;
using testing::run_command;
using testing::TinyRun;

void replace_in(const std::filesystem::path& path, const std::string& from, const std::string& to) {
  std::ifstream in(path, std::ios::binary);
  std::string text((std::istreambuf_iterator<char>(in)), {});
  in.close();
  const std::size_t at = text.find(from);
  if (at == std::string::npos) throw std::runtime_error("the test's own file lacks " + from);
  text.replace(at, from.size(), to);
  std::ofstream(path, std::ios::binary) << text;
}

void cut(const std::filesystem::path& path, std::uintmax_t size) { std::filesystem::resize_file(path, size); }

/// Overwrites the last four bytes of a file, a float of its last tensor, with NaN.
void poison(const std::filesystem::path& path) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(-4, std::ios::end);
  const char nan[4] = {0, 0, static_cast<char>(0xC0), 0x7F};
  file.write(nan, 4);
}

struct WrongInput {
  const char* name;
  std::function<void(const TinyRun&)> spoil;
  std::string arguments;
  /// What the message must name.
  std::vector<std::string> fragments;
};

std::vector<WrongInput> wrong_inputs() {
  const auto nothing = [](const TinyRun&) {};
  const auto model = [](const TinyRun& run, const char* file) { return run.path() / "model" / file; };
  return {
      {"MissingConfig",
       [](const TinyRun& run) { std::filesystem::remove(run.path() / "config.yaml"); },
       "",
       {"config.yaml"}},
      {"BrokenYaml",
       [](const TinyRun& run) { run.folder().write("config.yaml", "data: [1,\n"); },
       "",
       {"config.yaml:"}},
      {"UnknownKey",
       [](const TinyRun& run) { replace_in(run.path() / "config.yaml", "num_ablations", "num_ablation"); },
       "",
       {"config.yaml:7", "num_ablation", "num_ablations"}},
      {"DuplicateKey",
       [](const TinyRun& run) { replace_in(run.path() / "config.yaml", "name: tiny", "name: tiny\nname: tiny"); },
       "",
       {"config.yaml:2", "name"}},
      {"WrongType", nothing, "--set train.steps=many", {"--set", "train.steps"}},
      {"ImpossibleValue", nothing, "--set ablate.keep_probability=1.5", {"--set", "keep_probability"}},
      {"UnknownSetKey", nothing, "--set sed=2", {"sed", "seed"}},
      {"MissingModel", nothing, "--set model.path=nowhere", {"nowhere", "model.path"}},
      {"EmptyModelFolder",
       [](const TinyRun& run) { std::filesystem::create_directory(run.path() / "empty"); },
       "--set model.path=empty",
       {"empty"}},
      {"NotGguf", nothing, "--set model.path=train.jsonl", {"train.jsonl", "GGUF"}},
      {"TruncatedGguf",
       [](const TinyRun& run) {
         std::filesystem::copy_file(default_model_path(), run.path() / "cut.gguf");
         cut(run.path() / "cut.gguf", 3000000);
       },
       "--set model.path=cut.gguf",
       {"cut.gguf"}},
      {"TruncatedSafetensors",
       [=](const TinyRun& run) { cut(model(run, "model.safetensors"), 400000); },
       "",
       {"model.safetensors"}},
      {"HugeSafetensorsHeader",
       [=](const TinyRun& run) {
         replace_in(model(run, "model.safetensors"), std::string("\0\0\0\0{", 5), std::string("\0\0\0\x7f{", 5));
       },
       "",
       {"model.safetensors"}},
      {"NanWeights", [=](const TinyRun& run) { poison(model(run, "model.safetensors")); }, "", {"NaN"}},
      {"MissingTensor",
       [=](const TinyRun& run) { replace_in(model(run, "model.safetensors"), "lm_head.weight", "lm_haed.weight"); },
       "",
       {"lm_head.weight"}},
      {"OtherShape",
       [=](const TinyRun& run) {
         replace_in(model(run, "config.json"), "\"intermediate_size\": 112", "\"intermediate_size\": 128");
       },
       "",
       {"shape", "mlp"}},
      {"OtherArchitecture",
       [=](const TinyRun& run) { replace_in(model(run, "config.json"), "\"llama\"", "\"mamba\""); },
       "",
       {"config.json", "mamba"}},
      {"OtherRope",
       [=](const TinyRun& run) {
         replace_in(model(run, "config.json"), "\"rope_type\": \"llama3\"", "\"rope_type\": \"yarn\"");
       },
       "",
       {"yarn"}},
      {"OtherActivation",
       [=](const TinyRun& run) { replace_in(model(run, "config.json"), "\"silu\"", "\"gelu\""); },
       "",
       {"hidden_act"}},
      {"BrokenModelConfig", [=](const TinyRun& run) { cut(model(run, "config.json"), 100); }, "", {"config.json"}},
      {"TokenizerOfAnotherSize",
       [=](const TinyRun& run) {
         replace_in(model(run, "tokenizer.json"), "\"w10 \":", "\"extra one\":199,\"w10 \":");
       },
       "",
       {"tokenizer", "199"}},
      {"BrokenTokenizer", [=](const TinyRun& run) { cut(model(run, "tokenizer.json"), 300); }, "", {"tokenizer.json"}},
      {"BrokenTemplate",
       [=](const TinyRun& run) { run.folder().write("model/chat_template.jinja", "{% for %}"); },
       "",
       {"chat_template.jinja"}},
      {"TemplateThatChangesTheText",
       [=](const TinyRun& run) {
         run.folder().write("model/chat_template.jinja", "{% for m in messages %}{{ m.content | upper }}{% endfor %}");
       },
       "",
       {"chat template"}},
      {"MissingData", nothing, "--set data.train.path=none.jsonl", {"none.jsonl"}},
      {"EmptyData", [](const TinyRun& run) { run.folder().write("train.jsonl", ""); }, "", {"train.jsonl"}},
      {"DataOfAnotherFormat", nothing, "--set data.train.format=hotpotqa", {"train.jsonl"}},
      {"TooManyBrokenRecords",
       [](const TinyRun& run) { replace_in(run.path() / "train.jsonl", "{\"", "{x\""); },
       "",
       {"train.jsonl", "max_bad_fraction"}},
      {"TooLongForTheModel", nothing, "--set generate.max_new_tokens=256", {"max_new_tokens"}},
      {"AllPromptsTooLong",
       nothing,
       "--set generate.max_new_tokens=250",
       {"longer than the model allows", "max_bad_fraction"}},
      {"OutIsAFile", [](const TinyRun& run) { run.folder().write("out", "a file"); }, "", {"out"}},
      {"NoGpu", nothing, "--set model.device=cuda", {"cuda", "launch/setup --cuda"}},
      {"ArtifactOfAnotherModel",
       [](const TinyRun& run) {
         static_cast<void>(run.run("generate", 0, "out"));
         replace_in(run.path() / "model" / "tokenizer_config.json", "}", " }");
       },
       "",
       {"out", "fingerprint"}},
  };
}

void PrintTo(const WrongInput& input, std::ostream* out) { *out << input.name; }

class WrongInputTest : public ::testing::TestWithParam<WrongInput> {};

TEST_P(WrongInputTest, EndsAllRanksWithOneMessageThatSaysWhatToDo) {
  const TinyRun run(4, 2);
  GetParam().spoil(run);
  const CommandResult result =
      run_command("timeout 60 sh -c '" + run.command_line("run", 2, "out", GetParam().arguments) + "'");
  EXPECT_NE(result.exit_code, 0) << result.output;
  EXPECT_NE(result.exit_code, 124) << "it hung\n" << result.output;
  const std::string lines = "\n" + result.output;
  ASSERT_NE(lines.find("\nerror: "), std::string::npos) << result.output;
  EXPECT_EQ(lines.find("\nerror: "), lines.rfind("\nerror: ")) << "more than one message\n" << result.output;
  const std::size_t first = result.output.find("error: ");
  EXPECT_EQ(result.output.find("internal error"), std::string::npos) << result.output;
  const std::string message = result.output.substr(first, result.output.find("\n----", first) - first);
  for (const std::string& fragment : GetParam().fragments) {
    EXPECT_NE(message.find(fragment), std::string::npos) << "lacks \"" << fragment << "\":\n" << message;
  }
  EXPECT_NE(message.find("): "), std::string::npos) << "not \"problem (why): what to do\":\n" << message;
}

INSTANTIATE_TEST_SUITE_P(Table, WrongInputTest, ::testing::ValuesIn(wrong_inputs()),
                         [](const auto& parameter) { return std::string(parameter.param.name); });

TEST(RecordFaultTest, AFewBadRecordsAreCountedReportedAndSkipped) {
  const TinyRun run(30, 2);
  std::ofstream(run.path() / "train.jsonl", std::ios::app)
      << "{\"instruction\": broken\n"
      << R"({"instruction": "q?", "context": "", "response": "r", "category": "closed_qa"})"
      << "\n"
      << R"({"instruction": "q?", "context": ")" << std::string(240, 'y')
      << R"(", "response": "r", "category": "closed_qa"})"
      << "\n";
  const CommandResult result = run.run("run", 2, "out", "--set generate.max_new_tokens=8");
  ASSERT_EQ(result.exit_code, 0) << result.output;
  EXPECT_NE(result.output.find("33 records read, 31 kept, 2 dropped (1 x broken JSON, 1 x no context), 31 used"),
            std::string::npos)
      << result.output;
  EXPECT_NE(result.output.find("prompt longer than the model allows"), std::string::npos) << result.output;
  std::ifstream file(run.path() / "out" / "metrics.json");
  const auto metrics = nlohmann::json::parse(file);
  EXPECT_EQ(metrics["counts"]["training_examples"], 30) << result.output;
}

TEST(RecordFaultTest, WithOneSourceLdsIsLeftOutAndTheDropIsMeasured) {
  const TinyRun run(4, 0);
  run.folder().write("evaluation.jsonl",
                     R"({"instruction": "q?", "context": "the box is red.", "response": "r", "category": "closed_qa"})"
                     "\n");
  const CommandResult result = run.run("run", 0, "out", "--set evaluate.sources=[sentence]");
  ASSERT_EQ(result.exit_code, 0) << result.output;
  std::ifstream file(run.path() / "out" / "metrics.json");
  const auto metrics = nlohmann::json::parse(file);
  for (const auto& row : metrics["methods"]) {
    EXPECT_TRUE(row["lds"].is_null()) << row;
    EXPECT_EQ(row["top_k_drop"]["1"]["count"], 1) << row;
  }
}

}  // namespace
}  // namespace at2
