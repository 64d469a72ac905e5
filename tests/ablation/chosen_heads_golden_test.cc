// Heads that are read alone have the features that they have among all heads, on every tiny model: grouped queries,
// sliding windows, fused projections, and norms behind the attention, whose divisors are of all heads together.
#include <gtest/gtest.h>

#include <algorithm>

#include "ablation/attention_features.h"
#include "ablation/unablated.h"
#include "model/generate.h"
#include "support/tiny_model.h"

namespace at2 {
namespace {

const std::vector<Feature> kAll = {Feature::attention, Feature::value_norm, Feature::logit_contribution};

/// Heads as l H + h: one, some, both ends, a whole layer and a head, all but one, none.
std::vector<std::vector<std::int64_t>> choices(const ModelConfig& config) {
  const std::int64_t H = config.num_heads;
  const std::int64_t last = config.num_features() - 1;
  std::vector<std::int64_t> layer = {last};
  for (std::int64_t h = 0; h < H; ++h) layer.push_back(h);
  std::vector<std::int64_t> all_but_one;
  for (std::int64_t f = 0; f <= last; ++f) {
    if (f != 1) all_but_one.push_back(f);
  }
  return {{1}, {0, H - 1, H + 1}, {0, last}, layer, all_but_one, {}};
}

class ChosenHeadsTest : public ::testing::TestWithParam<const char*> {
 protected:
  /// Whether those of the chosen are equal but for rounding, and the others 0.
  void expect_chosen(const TokenAttention& some, const TokenAttention& all,
                     std::span<const std::int64_t> chosen) const {
    const std::int64_t width = model_.config().num_features();
    ASSERT_TRUE(some.attention_GTF.sizes() == all.attention_GTF.sizes());
    for (std::int64_t f = 0; f < all.attention_GTF.size(2); ++f) {
      const at::Tensor read_GT = some.attention_GTF.select(2, f);
      const bool is_chosen = std::find(chosen.begin(), chosen.end(), f % width) != chosen.end();
      const at::Tensor expected_GT = all.attention_GTF.select(2, f);
      EXPECT_NE(expected_GT.abs().max().item<float>(), 0) << "feature " << f;
      if (!is_chosen) {
        EXPECT_TRUE(read_GT.equal(at::zeros_like(read_GT))) << "feature " << f << " is not read";
        continue;
      }
      // Products with fewer rows may add up in another order.
      const double away = (read_GT - expected_GT).abs().max().item<double>();
      EXPECT_LE(away, 5e-6 * std::max(1e-3, expected_GT.abs().max().item<double>())) << "feature " << f;
    }
  }

  const LanguageModel model_ = testing::load_tiny_model(GetParam());
};

TEST_P(ChosenHeadsTest, HaveTheFeaturesThatTheyHaveAmongAll) {
  const ModelConfig& config = model_.config();
  const AttributionTask task = testing::make_task(6, 5);
  const TokenRange span = span_of(task.sources);
  const std::vector<std::vector<Feature>> feature_sets = {kAll, {Feature::attention}, {Feature::logit_contribution}};
  for (const std::vector<Feature>& features : feature_sets) {
    const HeadOutputs dense(model_, features);
    const TokenAttention all = attention_to_tokens(model_, task, span, &dense);
    for (const std::vector<std::int64_t>& chosen : choices(config)) {
      const HeadOutputs outputs(model_, features, {chosen, config.num_layers, config.num_heads});
      expect_chosen(attention_to_tokens(model_, task, span, &outputs), all, chosen);
      expect_chosen(measure_unablated(model_, task, span, &outputs).attention, all, chosen);
    }
  }
}

TEST_P(ChosenHeadsTest, SoItIsFromWhatGenerationKept) {
  const ModelConfig& config = model_.config();
  AttributionTask task = testing::make_task(4, 4);
  task.tokens.resize(24);
  GenerationLimits limits;
  limits.max_new_tokens = 12;
  limits.end_tokens = EndTokens::ignored;
  limits.trace = KeepTrace::yes;
  const Generation generation =
      generate_greedy(model_, std::vector<std::vector<std::int64_t>>{task.tokens}, limits).front();
  task.tokens.insert(task.tokens.end(), generation.tokens.begin(), generation.tokens.end());
  // The first target has one row.
  task.targets = {{24, 25}, {25, 30}, {30, 36}};
  const TokenRange span = span_of(task.sources);
  const HeadOutputs dense(model_, kAll);
  const TokenAttention all = attention_from_trace(config, *generation.trace, task, span, &dense);
  for (const std::vector<std::int64_t>& chosen : choices(config)) {
    const HeadOutputs outputs(model_, kAll, {chosen, config.num_layers, config.num_heads});
    expect_chosen(attention_from_trace(config, *generation.trace, task, span, &outputs), all, chosen);
  }
}

INSTANTIATE_TEST_SUITE_P(Checkpoints, ChosenHeadsTest,
                         ::testing::Values("llama3", "llama-tied", "mistral", "qwen2", "qwen3", "phi3", "phi4-mini",
                                           "gemma3"),
                         [](const auto& parameter) { return testing::name_for_tests(parameter.param); });

}  // namespace
}  // namespace at2
