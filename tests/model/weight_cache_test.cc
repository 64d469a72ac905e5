#include "model/weight_cache.h"

#include <gtest/gtest.h>

#include "model/language_model.h"
#include "support/golden_tensors.h"
#include "support/test_files.h"
#include "support/tiny_model.h"

namespace at2 {
namespace {

std::filesystem::path folder_of(const std::string& name) {
  return std::filesystem::path(AT2_GOLDEN_DIR) / "tiny-models" / name;
}

at::Tensor hidden_of(const ModelConfig& config, Weights weights, const ComputePlace& place) {
  const LanguageModel model(config, std::move(weights), place);
  const AttributionTask task = testing::make_task(4, 3);
  Pack pack;
  pack.tokens = task.tokens;
  for (std::int64_t t = 0; t < std::ssize(task.tokens); ++t) pack.positions.push_back(t);
  pack.segments.push_back({{0, std::ssize(task.tokens)}, {}, -1});
  pack.wanted = pack.positions;
  return model.hidden(pack);
}

class WeightCacheTest : public ::testing::TestWithParam<const char*> {
 protected:
  TestFolder folder_;
};

TEST_P(WeightCacheTest, HoldsTheWeightsOfTheModel) {
  for (const at::ScalarType dtype : {at::kFloat, at::kBFloat16}) {
    ComputePlace place;
    place.dtype = dtype;
    const auto model = folder_of(GetParam());
    const ModelConfig config = read_model_config(model);
    const auto cache = folder_.path() / (std::string(c10::toString(dtype)) + ".safetensors");
    write_weight_cache(cache, model, config, dtype);
    const Weights mapped = map_weight_cache(cache, config);
    const Weights loaded = load_weights(model, config, place);
    EXPECT_TRUE(mapped.embedding.equal(loaded.embedding));
    for (std::size_t l = 0; l < loaded.layers.size(); ++l) {
      const at::Tensor qkv = at::cat(loaded.layers[l].qkv.parts);
      EXPECT_TRUE(mapped.layers[l].qkv.parts.front().equal(qkv)) << "layer " << l;
      EXPECT_TRUE(mapped.layers[l].attention_norm.equal(loaded.layers[l].attention_norm));
      EXPECT_EQ(mapped.layers[l].attention_norm.scalar_type(), at::kFloat) << "norms stay float32";
    }
    const double tolerance = dtype == at::kFloat ? 1e-5 : 0.2;
    EXPECT_LT(testing::largest_difference(hidden_of(config, mapped, place), hidden_of(config, loaded, place)),
              tolerance)
        << "stacked and single matrices differ by rounding only";
  }
}

INSTANTIATE_TEST_SUITE_P(Architectures, WeightCacheTest,
                         ::testing::Values("llama3", "mistral", "qwen2", "qwen3", "phi3", "gemma3"));

TEST(WeightMappingTest, MatricesInTheRightDtypeAreNotCopied) {
  const auto folder = folder_of("llama3");
  const Weights weights = load_weights(folder, read_model_config(folder), ComputePlace{});
  EXPECT_EQ(weights.layers[0].qkv.parts.size(), 3U) << "as they lie in the file";
  EXPECT_FALSE(weights.embedding.storage().resizable()) << "foreign memory: the mapped file";
}

TEST(WeightCachePathTest, IsNotNeededForSafetensorsOfTheSameDtype) {
  EXPECT_FALSE(weight_cache_path({}, folder_of("llama3"), "print", ComputePlace{}).has_value());
  ComputePlace half;
  half.dtype = at::kHalf;
  ModelOptions options;
  options.weight_cache = "cache";
  const auto path = weight_cache_path(options, folder_of("llama3"), "print", half);
  ASSERT_TRUE(path.has_value());
  EXPECT_EQ(path->string(), "cache/llama3-print-Half-v1.safetensors");
  options.weight_cache = "none";
  EXPECT_FALSE(weight_cache_path(options, folder_of("llama3"), "print", half).has_value());
}

TEST(WeightCachePathTest, AFolderThatCannotBeMadeIsAReasonAndNoError) {
  const TestFolder folder;
  const auto file = folder.write("file", "");
  const ModelConfig config = read_model_config(folder_of("llama3"));
  EXPECT_NE(make_weight_cache(file / "cache.safetensors", folder_of("llama3"), config, at::kHalf), "");
  EXPECT_EQ(make_weight_cache(folder.path() / "new" / "cache.safetensors", folder_of("llama3"), config, at::kHalf), "");
  EXPECT_TRUE(std::filesystem::exists(folder.path() / "new" / "cache.safetensors"));
}

TEST(WeightCachePathTest, ABrokenCacheIsRefusedByName) {
  const TestFolder folder;
  const auto file = folder.write("cache.safetensors", "short");
  const ModelConfig config = read_model_config(folder_of("llama3"));
  EXPECT_NE(message_of([&] { static_cast<void>(map_weight_cache(file, config)); }).find(file.string()),
            std::string::npos);
}

}  // namespace
}  // namespace at2
