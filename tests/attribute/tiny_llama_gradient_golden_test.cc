// Gradients of two tiny random checkpoints against transformers 4.51.3: tests/golden/NOTICE.
#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "attribute/gradient.h"
#include "model/weights.h"
#include "support/golden_tensors.h"

namespace at2 {
namespace {

class TinyLlamaGradientTest : public ::testing::TestWithParam<const char*> {};

TEST_P(TinyLlamaGradientTest, EmbeddingGradientNormsEqualTransformers) {
  const auto folder = std::filesystem::path(AT2_GOLDEN_DIR) / "tiny-models" / GetParam();
  const auto golden = testing::load_golden(folder / "golden.safetensors");
  const ModelConfig config = read_model_config(folder);
  const LanguageModel model(config, load_weights(folder, config, ComputePlace{}), ComputePlace{});
  AttributionTask task;
  task.tokens = testing::integers(golden.at("input_ids"));
  const auto length = std::ssize(task.tokens);
  task.targets = {{length - 10, length}};
  const at::Tensor norms_GT = gradient_l1_to_tokens(model, task, {0, length - 1});
  const at::Tensor wanted = golden.at("grad_l1").slice(0, 0, length - 1);
  EXPECT_LT(testing::largest_difference(norms_GT.select(0, 0), wanted), 1e-5 * wanted.max().item<double>());
  // Thoughts: some tokens of the prompt, and those of the response before its target.
  const at::Tensor some_GT = gradient_l1_to_tokens(model, task, {3, length - 12});
  EXPECT_TRUE(some_GT.equal(norms_GT.slice(1, 3, length - 12)));
}

INSTANTIATE_TEST_SUITE_P(Checkpoints, TinyLlamaGradientTest, ::testing::Values("llama3", "llama-tied"),
                         [](const auto& parameter) {
                           std::string name = parameter.param;
                           std::erase(name, '-');
                           return name;
                         });

}  // namespace
}  // namespace at2
