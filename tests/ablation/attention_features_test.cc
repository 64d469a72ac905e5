#include "ablation/attention_features.h"

#include <gtest/gtest.h>

#include "ablation/keep_masks.h"
#include "model/generate.h"
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

class TraceTest : public ::testing::TestWithParam<const char*> {};

TEST_P(TraceTest, WhatGenerationKeptGivesTheAttentionOfAForwardPass) {
  const LanguageModel model = testing::load_tiny_model(GetParam());
  // A prompt that repeats itself, so that guesses are made and some of them are wrong.
  AttributionTask task = testing::make_task(4, 4);
  task.tokens.resize(18);
  task.tokens.insert(task.tokens.end(), task.tokens.begin(), task.tokens.begin() + 18);
  const auto first = std::ssize(task.tokens);
  GenerationLimits limits;
  limits.max_new_tokens = 40;
  limits.batch_size = 2;
  limits.end_tokens = EndTokens::ignored;
  limits.trace = KeepTrace::yes;
  const std::vector<std::vector<std::int64_t>> prompts = {{5, 6, 7}, task.tokens, {9, 8, 7, 6}};
  const Generation generation = generate_greedy(model, prompts, limits)[1];
  task.tokens.insert(task.tokens.end(), generation.tokens.begin(), generation.tokens.end());
  task.targets = {{first, first + 15}, {first + 15, first + 22}, {first + 30, first + 40}};
  const TokenRange span{2, first};
  const TokenAttention kept = attention_from_trace(model.config(), *generation.trace, task, span);
  const TokenAttention measured = attention_to_tokens(model, task, span);
  EXPECT_LT(testing::largest_difference(kept.attention_GTF, measured.attention_GTF), 1e-5);
}

INSTANTIATE_TEST_SUITE_P(Architectures, TraceTest,
                         ::testing::Values("llama3", "mistral", "qwen2", "qwen3", "phi3", "gemma3"));

}  // namespace
}  // namespace at2
