// The same tiny models as GGUF files, in llama.cpp's layout with matrices of every type, and as Hugging Face folders
// with the de-quantised numbers (tools/make_gguf_models.py). What a folder means is compared with transformers in
// tiny_models_golden_test.cc.
#include <gtest/gtest.h>

#include <filesystem>
#include <numeric>

#include "model/language_model.h"
#include "support/golden_tensors.h"

namespace at2 {
namespace {

class GgufModelTest : public ::testing::TestWithParam<const char*> {
 protected:
  const std::filesystem::path folder_ = std::filesystem::path(AT2_GOLDEN_DIR) / "gguf-models" / GetParam();
  const GgufFile file_{folder_.string() + ".gguf"};
  const ModelConfig of_folder_ = read_model_config(folder_);
  const ModelConfig of_file_ = read_model_config(file_);
};

TEST_P(GgufModelTest, MetadataSayWhatConfigJsonSays) {
  EXPECT_EQ(of_file_.model_type, of_folder_.model_type);
  EXPECT_EQ(of_file_.num_layers, of_folder_.num_layers);
  EXPECT_EQ(of_file_.num_heads, of_folder_.num_heads);
  EXPECT_EQ(of_file_.num_kv_heads, of_folder_.num_kv_heads);
  EXPECT_EQ(of_file_.head_width, of_folder_.head_width);
  EXPECT_EQ(of_file_.rotary_width, of_folder_.rotary_width);
  EXPECT_EQ(of_file_.vocabulary_size, of_folder_.vocabulary_size);
  EXPECT_EQ(of_file_.max_positions, of_folder_.max_positions);
  EXPECT_EQ(of_file_.tied_head, of_folder_.tied_head);
  EXPECT_EQ(of_file_.activation, of_folder_.activation);
  EXPECT_EQ(of_file_.reach, of_folder_.reach);
  EXPECT_EQ(of_file_.sliding_window, of_folder_.sliding_window);
  EXPECT_EQ(of_file_.end_tokens, of_folder_.end_tokens);
  EXPECT_DOUBLE_EQ(of_file_.score_scale, of_folder_.score_scale);
  EXPECT_DOUBLE_EQ(of_file_.embedding_scale, of_folder_.embedding_scale);
  EXPECT_NEAR(of_file_.rope.attention_factor, of_folder_.rope.attention_factor, 1e-6) << "stored as float32";
}

TEST_P(GgufModelTest, LogitsEqualThoseOfTheFolder) {
  const LanguageModel from_file(of_file_, load_weights(file_, of_file_, ComputePlace{}), ComputePlace{});
  const LanguageModel from_folder(of_folder_, load_weights(folder_, of_folder_, ComputePlace{}), ComputePlace{});
  // 48 tokens: beyond the sliding window and the original RoPE length; 24: within the latter.
  for (const std::int64_t length : {24, 48}) {
    Pack pack;
    for (std::int64_t t = 0; t < length; ++t) pack.tokens.push_back((7 * t + t * t) % of_file_.vocabulary_size);
    pack.positions.resize(pack.tokens.size());
    std::iota(pack.positions.begin(), pack.positions.end(), 0);
    pack.segments.push_back({{0, length}, {}, -1});
    pack.wanted = pack.positions;
    const at::Tensor wanted = from_folder.logits(from_folder.hidden(pack));
    EXPECT_LT(testing::largest_difference(from_file.logits(from_file.hidden(pack)), wanted),
              5e-5 * std::max(1.0, wanted.std().item<double>()));
  }
}

INSTANTIATE_TEST_SUITE_P(Architectures, GgufModelTest, ::testing::Values("llama", "qwen2", "qwen3", "phi3", "gemma3"));

}  // namespace
}  // namespace at2
