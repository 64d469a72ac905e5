#include "model/model_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "support/test_files.h"

namespace at2 {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

json config_of(const std::string& model) {
  std::ifstream file(std::filesystem::path(AT2_GOLDEN_DIR) / "tiny-models" / model / "config.json");
  return json::parse(file);
}

class ModelConfigTest : public ::testing::Test {
 protected:
  ModelConfig read(const json& config) {
    folder_.write("config.json", config.dump());
    return read_model_config(folder_.path());
  }
  std::string refusal(const json& config) {
    return message_of([&] { static_cast<void>(read(config)); });
  }
  TestFolder folder_;
};

TEST_F(ModelConfigTest, WhatChangesTheMathematicsIsRefusedByName) {
  struct Change {
    const char* model;
    const char* key;
    json value;
  };
  const Change changes[] = {{"llama3", "model_type", "gpt_neox"},
                            {"llama3", "rope_scaling", {{"rope_type", "yarn"}, {"factor", 4.0}}},
                            {"llama3", "hidden_act", "relu"},
                            {"llama3", "attention_bias", true},
                            {"llama3", "mlp_bias", true},
                            {"llama3", "rope_interleaved", true},
                            {"llama3", "sliding_window", 128},
                            {"llama3", "quantization_config", {{"quant_method", "awq"}}},
                            {"gemma3", "final_logit_softcapping", 30.0},
                            {"gemma3", "attn_logit_softcapping", 50.0},
                            {"gemma3", "layer_types", json::array({"linear_attention"})}};
  for (const Change& change : changes) {
    json config = config_of(change.model);
    config[change.key] = change.value;
    const std::string value = change.value.is_string() ? change.value.get<std::string>() : "support";
    EXPECT_THAT(refusal(config), AllOf(HasSubstr("config.json"), HasSubstr("support"), HasSubstr(value))) << change.key;
  }
}

TEST_F(ModelConfigTest, ImpossibleNumbersAreRefused) {
  struct Change {
    const char* key;
    json value;
    const char* named;
  };
  const Change changes[] = {{"num_hidden_layers", 0, "layers"},
                            {"num_attention_heads", 3, "heads"},
                            {"hidden_size", "wide", "hidden_size"},
                            {"rms_norm_eps", nullptr, "rms_norm_eps"},
                            {"vocab_size", -5, "vocabulary"}};
  for (const Change& change : changes) {
    json config = config_of("llama3");
    config[change.key] = change.value;
    EXPECT_THAT(refusal(config), AllOf(HasSubstr("config.json"), HasSubstr(change.named))) << change.key;
  }
  json phi = config_of("phi3");
  phi["rope_scaling"]["long_factor"].push_back(9.0);
  EXPECT_THAT(refusal(phi), HasSubstr("9 factors, 8 frequencies"));
}

TEST_F(ModelConfigTest, UnknownKeysAreListed) {
  json config = config_of("qwen3");
  config["attention_temperature"] = 1.5;
  EXPECT_THAT(read(config).unknown_keys, ElementsAre("attention_temperature"));
  for (const char* model :
       {"llama3", "mistral", "qwen2", "qwen3", "phi3", "phi4-mini", "gemma3", "gemma3-multimodal"}) {
    EXPECT_THAT(read(config_of(model)).unknown_keys, ElementsAre()) << model;
  }
}

TEST_F(ModelConfigTest, NewerFilesKeepRopeInParametersAndListTheirLayers) {
  json config = config_of("gemma3");
  const ModelConfig older = read(config);
  for (const char* key : {"rope_theta", "rope_local_base_freq", "rope_scaling", "sliding_window_pattern"}) {
    config.erase(key);
  }
  config["rope_parameters"] = {
      {"full_attention", {{"rope_type", "linear"}, {"factor", 8.0}, {"rope_theta", 1000000.0}}},
      {"sliding_attention", {{"rope_type", "default"}, {"rope_theta", 10000.0}}}};
  for (int layer = 0; layer < 6; ++layer) {
    config["layer_types"].push_back(layer % 3 == 2 ? "full_attention" : "sliding_attention");
  }
  const ModelConfig newer = read(config);
  EXPECT_EQ(newer.reach, older.reach);
  EXPECT_EQ(newer.rope.factor, 8.0);
  EXPECT_EQ(newer.rope.theta, older.rope.theta);
  ASSERT_TRUE(newer.sliding_rope.has_value());
  EXPECT_EQ(newer.sliding_rope->theta, 10000.0);
}

TEST_F(ModelConfigTest, QwenSlidesOnlyWhereItIsSwitchedOn) {
  json config = config_of("qwen2");
  EXPECT_THAT(read(config).reach, ::testing::Each(AttentionReach::full));
  config["use_sliding_window"] = true;
  config["max_window_layers"] = 1;
  EXPECT_THAT(read(config).reach, ElementsAre(AttentionReach::full, AttentionReach::sliding, AttentionReach::sliding));
}

TEST_F(ModelConfigTest, EndTokensOfTheGenerationConfigCount) {
  folder_.write("generation_config.json", R"({"eos_token_id": [7, 8]})");
  EXPECT_THAT(read(config_of("llama3")).end_tokens, ElementsAre(7, 8));
}

}  // namespace
}  // namespace at2
