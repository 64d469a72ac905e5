// Golden values come from the PyPI package `gguf` (tools/make_quantization_goldens.py). Bits are compared: every value
// is rounded at most once, so there is nothing to tolerate.
#include "checkpoint/gguf.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>

#include "base/deps.h"
#include "base/errors.h"
#include "checkpoint/dequantize.h"
#include "checkpoint/safetensors.h"

namespace at2 {
namespace {

using ::testing::ElementsAre;

const std::filesystem::path folder = std::filesystem::path(AT2_GOLDEN_DIR) / "checkpoint";

void expect_equal_bits(std::span<const float> values, const TensorEntry& golden) {
  ASSERT_EQ(golden.type, TensorType::f32);
  ASSERT_EQ(values.size_bytes(), golden.bytes.size());
  std::size_t different = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    different += std::memcmp(&values[i], golden.bytes.data() + i * sizeof(float), sizeof(float)) != 0 ? 1U : 0U;
  }
  EXPECT_EQ(different, 0U) << golden.name;
}

TEST(DequantizeGoldenTest, EveryTypeHasTheBitsOfTheReference) {
  const GgufFile blocks(folder / "blocks.gguf");
  const SafetensorsFile floats(folder / "floats.safetensors");
  ASSERT_EQ(blocks.tensors().size(), 11U);
  ASSERT_EQ(floats.tensors().size(), 11U);
  for (const TensorEntry& entry : blocks.tensors()) {
    EXPECT_EQ(type_name(entry.type), entry.name);
    EXPECT_THAT(entry.shape, ElementsAre(2, 512));
    std::vector<float> values(1024);
    dequantize(entry, values);
    expect_equal_bits(values, floats.tensors().at(entry.name));
  }
}

TEST(GgufGoldenTest, MetadataOfEveryTypeIsRead) {
  const GgufFile file(folder / "blocks.gguf");
  EXPECT_EQ(file.require_text("general.architecture"), "test");
  EXPECT_EQ(file.require_integer("test.u8"), 200);
  EXPECT_EQ(file.require_integer("test.i8"), -100);
  EXPECT_EQ(file.require_integer("test.u16"), 60000);
  EXPECT_EQ(file.require_integer("test.i16"), -30000);
  EXPECT_EQ(file.require_integer("test.u32"), 4000000000);
  EXPECT_EQ(file.require_integer("test.i32"), -2000000000);
  EXPECT_EQ(file.require_integer("test.i64"), -(std::int64_t{1} << 62));
  EXPECT_THROW((void)file.integer("test.u64"), UserError);
  EXPECT_EQ(file.require_real("test.f32"), static_cast<double>(0.1F));
  EXPECT_EQ(file.require_real("test.f64"), 0.1);
  EXPECT_TRUE(file.require_flag("test.bool"));
  EXPECT_EQ(file.require_text("test.text"), "one two Ω");
  EXPECT_THAT(file.require_texts("test.texts"), ElementsAre("a", "", "Ġthe"));
  EXPECT_THAT(file.require_integers("test.integers"), ElementsAre(1, -2, 3));
  EXPECT_THAT(file.require_reals("test.reals"), ElementsAre(0.5, -0.25));
}

class DefaultModelGoldenTest : public ::testing::Test {
 protected:
  GgufFile file_{default_model_path()};

  [[nodiscard]] std::vector<float> row(const std::string& name, std::int64_t index) const {
    const TensorEntry& entry = file_.tensors().at(name);
    std::vector<float> values(static_cast<std::size_t>(entry.num_elements() / entry.shape.front()));
    dequantize_rows(entry, index, index + 1, values);
    return values;
  }
};

TEST_F(DefaultModelGoldenTest, TensorsAreAllThere) {
  EXPECT_EQ(file_.tensors().size(), 272U);
  const TensorEntry& embedding = file_.tensors().at("token_embd.weight");
  EXPECT_EQ(embedding.type, TensorType::q8_0);
  EXPECT_THAT(embedding.shape, ElementsAre(49152, 576));
  EXPECT_EQ(file_.tensors().at("blk.0.attn_q.weight").type, TensorType::q4_1);
  EXPECT_THAT(file_.tensors().at("blk.0.ffn_down.weight").shape, ElementsAre(576, 1536));
  EXPECT_EQ(file_.tensors().find("output.weight"), nullptr);
}

TEST_F(DefaultModelGoldenTest, MetadataIsThatOfTheModel) {
  EXPECT_EQ(file_.require_text("general.architecture"), "llama");
  EXPECT_EQ(file_.require_integer("llama.block_count"), 30);
  EXPECT_EQ(file_.require_integer("llama.embedding_length"), 576);
  EXPECT_EQ(file_.require_integer("llama.attention.head_count"), 9);
  EXPECT_EQ(file_.require_integer("llama.attention.head_count_kv"), 3);
  EXPECT_EQ(file_.require_real("llama.rope.freq_base"), 100000.0);
  EXPECT_FALSE(file_.require_flag("tokenizer.ggml.add_bos_token"));
  EXPECT_EQ(file_.require_texts("tokenizer.ggml.tokens").size(), 49152U);
  EXPECT_EQ(file_.require_texts("tokenizer.ggml.merges").size(), 48900U);
  EXPECT_EQ(file_.require_integers("tokenizer.ggml.token_type").size(), 49152U);
}

TEST_F(DefaultModelGoldenTest, RowsHaveTheBitsOfTheReference) {
  const SafetensorsFile golden(folder / "model_rows.safetensors");
  const TensorTable& rows = golden.tensors();
  expect_equal_bits(row("token_embd.weight", 0), rows.at("token_embd.weight:0"));
  expect_equal_bits(row("token_embd.weight", 49151), rows.at("token_embd.weight:49151"));
  expect_equal_bits(row("blk.0.attn_q.weight", 17), rows.at("blk.0.attn_q.weight:17"));
  expect_equal_bits(row("blk.29.ffn_down.weight", 575), rows.at("blk.29.ffn_down.weight:575"));
  std::vector<float> norm(576);
  dequantize(file_.tensors().at("output_norm.weight"), norm);
  expect_equal_bits(norm, rows.at("output_norm.weight"));
}

}  // namespace
}  // namespace at2
