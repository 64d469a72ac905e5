#include "ablation/attention_features.h"

#include <gtest/gtest.h>

#include "ablation/keep_masks.h"
#include "support/golden_tensors.h"
#include "support/tiny_model.h"

namespace at2 {
namespace {

TEST(AttentionFeaturesTest, AttentionToAllTokensSumsToOneForTheLastRow) {
  const LanguageModel model = testing::load_tiny_model();
  AttributionTask task = testing::make_task(4, 3);
  const auto length = std::ssize(task.tokens);
  task.targets = {{length - 1, length}};
  const TokenAttention attention = attention_to_tokens(model, task, {0, length - 1});
  const at::Tensor mass = attention.attention_GTF.sum(1);
  EXPECT_LT(testing::largest_difference(mass, at::ones_like(mass)), 1e-5);
}

TEST(AttentionFeaturesTest, SourcesSumTheirTokens) {
  const LanguageModel model = testing::load_tiny_model();
  const AttributionTask task = testing::make_task(4, 3);
  const TokenAttention attention = attention_to_tokens(model, task, span_of(task.sources));
  const at::Tensor sources_GSF = attention_to_sources(attention, task.sources);
  const at::Tensor wanted = attention.attention_GTF.view({2, 4, 3, model.config().num_features()}).sum(2);
  EXPECT_LT(testing::largest_difference(sources_GSF, wanted), 1e-7);
}

TEST(AttentionFeaturesTest, AblationFeaturesAddKeptAndSubtractHiddenSources) {
  const at::Tensor attention_GSF = at::arange(12, at::kFloat).view({1, 3, 4});
  const at::Tensor keep_MS = at::tensor({1, 0, 1, 0, 0, 0}, at::kByte).view({2, 3});
  const at::Tensor features = ablation_features(attention_GSF, keep_MS);
  EXPECT_TRUE(features[0][0].equal(at::tensor({4.F, 5.F, 6.F, 7.F})));
  EXPECT_TRUE(features[0][1].equal(-attention_GSF.sum(1)[0]));
}

}  // namespace
}  // namespace at2
