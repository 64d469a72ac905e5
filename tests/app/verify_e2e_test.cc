// at2 verify-model, as a user calls it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/tiny_run.h"

namespace at2 {
namespace {

using ::testing::AllOf;
using testing::CommandResult;
using ::testing::HasSubstr;
using testing::run_command;

std::string tiny_model(const std::string& name) { return std::string(AT2_GOLDEN_DIR) + "/tiny-models/" + name; }

CommandResult verify(const std::string& arguments) {
  return run_command(std::string(AT2_PROGRAM) + " verify-model --threads 1 " + arguments);
}

TEST(VerifyTest, AModelThatEqualsItsGoldenExitsWithZero) {
  const std::string model = tiny_model("gemma3");
  const CommandResult result =
      verify("--model " + model + " --golden " + model + "/golden.safetensors --dtype float32 --dtype float16");
  EXPECT_EQ(result.exit_code, 0) << result.output;
  EXPECT_THAT(result.output, AllOf(HasSubstr("attention, layer 5"), HasSubstr("logits, ablated"), HasSubstr("grad_l1"),
                                   HasSubstr("float32: everything within tolerance"),
                                   HasSubstr("float16: everything within tolerance")));
}

TEST(VerifyTest, AnotherModelsGoldenExitsWithOneAndNamesWhatDiffers) {
  const CommandResult result =
      verify("--model " + tiny_model("llama3") + " --golden " + tiny_model("mistral") + "/golden.safetensors");
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.output, AllOf(HasSubstr("DIFFERS"), HasSubstr("float32: NOT within tolerance")));
}

TEST(VerifyTest, OneForgottenNormWeightIsFound) {
  const TestFolder folder;
  for (const char* name : {"config.json", "golden.safetensors"}) {
    std::filesystem::copy_file(std::filesystem::path(tiny_model("qwen3")) / name, folder.path() / name);
  }
  // The folder's own weights with the norm of one layer's keys set to 1.
  const auto from = std::filesystem::path(tiny_model("qwen3")) / "model.safetensors";
  std::ifstream in(from, std::ios::binary);
  std::string bytes((std::istreambuf_iterator<char>(in)), {});
  std::uint64_t header_size = 0;
  std::memcpy(&header_size, bytes.data(), sizeof(header_size));
  const auto header = nlohmann::json::parse(bytes.substr(8, header_size));
  const auto offsets = header["model.layers.1.self_attn.k_norm.weight"]["data_offsets"];
  for (std::uint64_t at = offsets[0]; at < offsets[1].get<std::uint64_t>(); at += 4) {
    const float one = 1.0F;
    std::memcpy(bytes.data() + 8 + header_size + at, &one, 4);
  }
  folder.write("model.safetensors", bytes);
  const std::string model = folder.path().string();
  const CommandResult result = verify("--model " + model + " --golden " + model + "/golden.safetensors");
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.output, ::testing::ContainsRegex("attention, layer 0 .* ok\n"));
  EXPECT_THAT(result.output, ::testing::ContainsRegex("attention, layer 1 .* DIFFERS\n"));
}

TEST(VerifyTest, WithoutAGoldenConsistencyIsChecked) {
  for (const char* name : {"llama3", "mistral", "qwen2", "qwen3", "phi3", "phi4-mini", "gemma3"}) {
    const CommandResult result = verify("--model " + tiny_model(name));
    EXPECT_EQ(result.exit_code, 0) << result.output;
    EXPECT_THAT(result.output, AllOf(HasSubstr("no tokenizer.json"), HasSubstr("attention rows less one, layer 2"),
                                     HasSubstr("dropped against masked"), HasSubstr("in a pack against alone")));
  }
}

TEST(VerifyTest, TokenizerAndTemplateAreChecked) {
  const testing::TinyRun run;
  const CommandResult result = verify("--model " + (run.path() / "model").string());
  // The tiny tokenizer has ASCII only: four of the texts come back changed.
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.output, ::testing::ContainsRegex("texts changed by the tokenizer +[1-9]"));
  EXPECT_THAT(result.output, ::testing::ContainsRegex("contexts not found in the prompt +0.00e.00.*ok"));
}

TEST(VerifyTest, FilesThatAreNoGoldensAreRefused) {
  const TestFolder folder;
  const std::string model = tiny_model("llama3");
  const CommandResult missing = verify("--model " + model + " --golden nowhere.safetensors");
  EXPECT_EQ(missing.exit_code, 1);
  EXPECT_THAT(missing.output, AllOf(HasSubstr("error: cannot read nowhere.safetensors"), HasSubstr("): ")));
  const CommandResult other = verify("--model " + model + " --golden " + model + "/model.safetensors");
  EXPECT_EQ(other.exit_code, 1);
  EXPECT_THAT(other.output, HasSubstr("is not a golden file of this model (it has no array input_ids)"));
}

}  // namespace
}  // namespace at2
