// tests/golden/gguf-models: tiny GGUF files of each architecture, in each of every type that can be decoded, beside
// Hugging Face folders with the same numbers (tools/make_gguf_models.py). Bits are compared.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <set>

#include "checkpoint/dequantize.h"
#include "checkpoint/gguf.h"
#include "checkpoint/safetensors.h"

namespace at2 {
namespace {

using ::testing::UnorderedElementsAre;

const std::filesystem::path folder = std::filesystem::path(AT2_GOLDEN_DIR) / "gguf-models";

/// Parts of names as GGUF and Hugging Face have them; the first that fits is meant.
const std::vector<std::pair<std::string, std::string>> name_parts = {
    {"token_embd", "model.embed_tokens"},
    {"output_norm", "model.norm"},
    {"attn_norm", "input_layernorm"},
    {"attn_qkv", "self_attn.qkv_proj"},
    {"attn_q_norm", "self_attn.q_norm"},
    {"attn_k_norm", "self_attn.k_norm"},
    {"attn_q", "self_attn.q_proj"},
    {"attn_k", "self_attn.k_proj"},
    {"attn_v", "self_attn.v_proj"},
    {"attn_output", "self_attn.o_proj"},
    {"post_attention_norm", "post_attention_layernorm"},
    {"post_ffw_norm", "post_feedforward_layernorm"},
    {"ffn_gate", "mlp.gate_proj"},
    {"ffn_down", "mlp.down_proj"},
    {"output", "lm_head"}};

std::string hugging_face_name(std::string name, const std::string& architecture) {
  auto parts = name_parts;
  parts.insert(parts.begin(),
               {"ffn_norm", architecture == "gemma3" ? "pre_feedforward_layernorm" : "post_attention_layernorm"});
  parts.insert(parts.begin(), {"ffn_up", architecture == "phi3" ? "mlp.gate_up_proj" : "mlp.up_proj"});
  for (const auto& [part, other] : parts) {
    const auto place = name.find(part);
    if (place == std::string::npos) continue;
    name.replace(place, part.size(), other);
    break;
  }
  return name.starts_with("blk.") ? "model.layers." + name.substr(4) : name;
}

std::vector<float> floats_of(const TensorEntry& entry) {
  std::vector<float> values(static_cast<std::size_t>(entry.num_elements()));
  dequantize(entry, values);
  return values;
}

/// Rows 2j and 2j + 1 of each head are rows j and j + width / 2 of the result.
std::vector<float> rows_in_halves(const std::vector<float>& values, std::size_t heads, std::size_t rows) {
  const std::size_t columns = values.size() / rows;
  const std::size_t width = rows / heads;
  std::vector<float> result(values.size());
  for (std::size_t row = 0; row < rows; ++row) {
    const std::size_t within = row % width;
    const std::size_t to = row - within + within / 2 + (within % 2) * (width / 2);
    std::copy_n(values.begin() + static_cast<std::ptrdiff_t>(row * columns), columns,
                result.begin() + static_cast<std::ptrdiff_t>(to * columns));
  }
  return result;
}

class GgufModelsGoldenTest : public ::testing::TestWithParam<std::string> {
 protected:
  GgufFile gguf_{folder / (GetParam() + ".gguf")};
  SafetensorsModel golden_{folder / GetParam()};

  /// The weights of a tensor as Hugging Face has them.
  [[nodiscard]] std::vector<float> converted(const TensorEntry& entry) const {
    std::vector<float> values = floats_of(entry);
    if (GetParam() == "gemma3" && entry.name.ends_with("norm.weight")) {
      for (float& value : values) value -= 1.0F;
    }
    const bool queries = entry.name.ends_with("attn_q.weight");
    if (GetParam() == "llama" && (queries || entry.name.ends_with("attn_k.weight"))) {
      const auto heads =
          gguf_.require_integer(queries ? "llama.attention.head_count" : "llama.attention.head_count_kv");
      return rows_in_halves(values, static_cast<std::size_t>(heads), static_cast<std::size_t>(entry.shape.front()));
    }
    return values;
  }
};

TEST_P(GgufModelsGoldenTest, EveryTensorHasTheBitsOfTheHuggingFaceFolder) {
  EXPECT_EQ(gguf_.require_text("general.architecture"), GetParam());
  std::size_t compared = 0;
  for (const TensorEntry& entry : gguf_.tensors()) {
    if (entry.name.starts_with("rope_")) continue;
    const TensorEntry& other = golden_.tensors().at(hugging_face_name(entry.name, GetParam()));
    EXPECT_EQ(entry.shape, other.shape) << entry.name;
    const std::vector<float> values = converted(entry);
    const std::vector<float> wanted = floats_of(other);
    ASSERT_EQ(values.size(), wanted.size()) << entry.name;
    EXPECT_EQ(std::memcmp(values.data(), wanted.data(), values.size() * sizeof(float)), 0) << entry.name;
    ++compared;
  }
  EXPECT_EQ(compared, golden_.tensors().size());
}

TEST_P(GgufModelsGoldenTest, EveryTypeThatCanBeDecodedIsThere) {
  std::set<std::string_view> types;
  for (const TensorEntry& entry : gguf_.tensors()) types.insert(type_name(entry.type));
  EXPECT_THAT(types, UnorderedElementsAre("F32", "F16", "BF16", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0", "Q4_K", "Q5_K",
                                          "Q6_K"));
}

std::string title_of(const ::testing::TestParamInfo<std::string>& architecture) { return architecture.param; }

INSTANTIATE_TEST_SUITE_P(Architectures, GgufModelsGoldenTest,
                         ::testing::Values("llama", "qwen2", "qwen3", "phi3", "gemma3"), title_of);

}  // namespace
}  // namespace at2
