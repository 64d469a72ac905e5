// Tiny random checkpoints of every architecture against transformers 4.51.3 (eager attention): tests/golden/NOTICE.
//
// The fixtures' own distance between float32 and float64 logits is about 1e-5: float32 logits are compared at 5e-5 of
// their standard deviation (about 1.5), attention weights at 1e-5. Sequences reach beyond the sliding window (8) and
// the original RoPE length (32). Low precision is compared with the same float32 numbers.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "model/golden.h"
#include "model/pretrained.h"
#include "support/tiny_model.h"

namespace at2 {
namespace {

std::filesystem::path folder_of(const std::string& name) {
  return std::filesystem::path(AT2_GOLDEN_DIR) / "tiny-models" / name;
}

class TinyModelTest : public ::testing::TestWithParam<std::tuple<std::pair<const char*, const char*>, at::ScalarType>> {
};

TEST_P(TinyModelTest, EverythingEqualsTransformers) {
  const auto& [files, dtype] = GetParam();
  ComputePlace place;
  place.dtype = dtype;
  const auto folder = folder_of(files.first);
  const ModelConfig config = read_model_config(folder);
  const LanguageModel model(config, load_weights(folder, config, place), place);
  const auto comparisons =
      compare_with_golden(model, folder / (std::string(files.second) + ".safetensors"), golden_tolerance(dtype));
  EXPECT_EQ(std::ssize(comparisons), config.num_layers + 9) << "each layer's attention and nine other quantities";
  for (const Comparison& comparison : comparisons) {
    EXPECT_TRUE(comparison.equal()) << comparison.what << " differs by " << comparison.difference << ", allowed is "
                                    << comparison.tolerance;
    RecordProperty(comparison.what, std::to_string(comparison.difference));
  }
}

constexpr std::pair<const char*, const char*> cases[] = {{"llama3", "golden"},
                                                         {"llama-tied", "golden"},
                                                         {"mistral", "golden"},
                                                         {"qwen2", "golden"},
                                                         {"qwen3", "golden"},
                                                         {"phi3", "golden"},
                                                         {"phi3", "golden_short"},
                                                         {"phi3", "golden_crossing"},
                                                         {"phi4-mini", "golden"},
                                                         {"phi4-mini", "golden_short"},
                                                         {"phi4-mini", "golden_crossing"},
                                                         {"gemma3", "golden"}};

std::string name_of(const ::testing::TestParamInfo<TinyModelTest::ParamType>& parameter) {
  const auto& [files, dtype] = parameter.param;
  std::string name = std::string(files.first) + "_" + files.second + "_" + c10::toString(dtype);
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Checkpoints, TinyModelTest,
                         ::testing::Combine(::testing::ValuesIn(cases),
                                            ::testing::Values(at::kFloat, at::kHalf, at::kBFloat16)),
                         name_of);

TEST(MultimodalConfigTest, DescribesItsTextModel) {
  const ModelConfig inner = read_model_config(folder_of("gemma3-multimodal"));
  const ModelConfig alone = read_model_config(folder_of("gemma3"));
  EXPECT_EQ(inner.model_type, "gemma3_text");
  EXPECT_EQ(inner.model_width, alone.model_width);
  EXPECT_EQ(inner.reach, alone.reach);
  EXPECT_EQ(inner.sliding_window, alone.sliding_window);
  EXPECT_EQ(inner.score_scale, alone.score_scale);
  EXPECT_TRUE(inner.tied_head);
  EXPECT_EQ(inner.end_tokens, (std::vector<std::int64_t>{1, 106}));
  const LanguageModel model(inner, load_weights(folder_of("gemma3"), inner, ComputePlace{}), ComputePlace{});
  for (const Comparison& comparison :
       compare_with_golden(model, folder_of("gemma3") / "golden.safetensors", golden_tolerance(at::kFloat))) {
    EXPECT_TRUE(comparison.equal()) << comparison.what;
  }
}

}  // namespace
}  // namespace at2
