// Two tiny random checkpoints against transformers 4.51.3 (float32, eager attention): tests/golden/NOTICE.
// The fixture's own distance between float32 and float64 logits is about 1e-5, so logits are compared at 5e-5.
#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "model/generate.h"
#include "model/kernels.h"
#include "model/language_model.h"
#include "model/weights.h"
#include "support/golden_tensors.h"

namespace at2 {
namespace {

using testing::integers;
using testing::largest_difference;
using testing::load_golden;

constexpr double logit_tolerance = 5e-5;
/// The tolerance of attention features.
constexpr double probability_tolerance = 1e-5;

class TinyLlamaTest : public ::testing::TestWithParam<const char*> {
 protected:
  TinyLlamaTest()
      : folder_(std::filesystem::path(AT2_GOLDEN_DIR) / "tiny-models" / GetParam()),
        golden_(load_golden(folder_ / "golden.safetensors")),
        config_(read_model_config(folder_)),
        model_(config_, load_weights(folder_, config_, ComputePlace{}), ComputePlace{}),
        tokens_(integers(golden_.at("input_ids"))) {}

  [[nodiscard]] Pack pack_of(const std::vector<std::int64_t>& positions) const {
    Pack pack;
    pack.positions = positions;
    for (const std::int64_t position : positions) pack.tokens.push_back(tokens_[static_cast<std::size_t>(position)]);
    pack.segments.push_back({{0, std::ssize(positions)}, {}, -1});
    pack.wanted.resize(positions.size());
    std::iota(pack.wanted.begin(), pack.wanted.end(), 0);
    return pack;
  }
  [[nodiscard]] std::vector<std::int64_t> all_positions() const {
    std::vector<std::int64_t> positions(tokens_.size());
    std::iota(positions.begin(), positions.end(), 0);
    return positions;
  }

  std::filesystem::path folder_;
  std::map<std::string, at::Tensor> golden_;
  ModelConfig config_;
  LanguageModel model_;
  std::vector<std::int64_t> tokens_;
};

TEST_P(TinyLlamaTest, LogitsEqualTransformers) {
  const at::Tensor logits = model_.logits(model_.hidden(pack_of(all_positions())));
  EXPECT_LT(largest_difference(logits, golden_.at("logits")), logit_tolerance);
}

TEST_P(TinyLlamaTest, AttentionOfEveryLayerEqualsTransformers) {
  const std::int64_t group = config_.num_heads / config_.num_kv_heads;
  const auto visible = [&](std::int64_t layer) {
    return visibility_bias(all_positions(), all_positions(), config_.window_of(layer));
  };
  std::int64_t layers_seen = 0;
  ForwardOptions options;
  options.observer = [&](std::int64_t layer, const at::Tensor& queries_RHK, const at::Tensor& keys_RNK) {
    const at::Tensor keys = keys_RNK.repeat_interleave(group, 1);
    const at::Tensor scores = at::bmm(queries_RHK.transpose(0, 1), keys.permute({1, 2, 0}));
    const at::Tensor weights = at::softmax(scores * config_.score_scale + visible(layer), -1);
    EXPECT_LT(largest_difference(weights, golden_.at("attentions").select(0, layer)), probability_tolerance)
        << "layer " << layer;
    ++layers_seen;
  };
  static_cast<void>(model_.hidden(pack_of(all_positions()), options));
  EXPECT_EQ(layers_seen, config_.num_layers);
}

TEST_P(TinyLlamaTest, DroppedTokensWithKeptPositionsEqualMaskedTokens) {
  const at::Tensor logits = model_.logits(model_.hidden(pack_of(integers(golden_.at("ablated_rows")))));
  EXPECT_LT(largest_difference(logits, golden_.at("ablated_logits")), logit_tolerance);
}

TEST_P(TinyLlamaTest, TargetLogOddsEqualTransformers) {
  Pack pack = pack_of(all_positions());
  pack.wanted.pop_back();
  const at::Tensor targets = golden_.at("input_ids").to(at::kLong).slice(0, 1).contiguous();
  const at::Tensor odds = model_.target_log_odds(model_.hidden(pack), targets);
  EXPECT_LT(largest_difference(odds, golden_.at("target_logit_probs")), logit_tolerance);
  EXPECT_LT(largest_difference(log_prob_from_log_odds(odds), golden_.at("target_log_probs")), logit_tolerance);
}

TEST_P(TinyLlamaTest, GreedyContinuationEqualsTransformers) {
  const std::vector<std::int64_t> wanted = integers(golden_.at("greedy_ids"));
  GenerationLimits limits;
  limits.max_new_tokens = std::ssize(wanted);
  const auto generations = generate_greedy(model_, std::vector<std::vector<std::int64_t>>{tokens_}, limits);
  ASSERT_FALSE(generations[0].ended) << "the fixture's continuation holds no end token";
  EXPECT_EQ(generations[0].tokens, wanted);
}

INSTANTIATE_TEST_SUITE_P(Checkpoints, TinyLlamaTest, ::testing::Values("llama3", "llama-tied"),
                         [](const auto& parameter) {
                           std::string name = parameter.param;
                           std::erase(name, '-');
                           return name;
                         });

}  // namespace
}  // namespace at2
