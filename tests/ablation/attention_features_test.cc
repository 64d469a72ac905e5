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

/// Attention of one target to one token, from queries and keys of every layer: softmax over the tokens before it.
double plain_attention(const at::Tensor& queries_RHK, const at::Tensor& keys_RNK, const ModelConfig& config,
                       std::int64_t head, TokenRange target, std::int64_t token) {
  const at::Tensor keys = keys_RNK.select(1, head * config.num_kv_heads / config.num_heads);
  double sum = 0;
  for (std::int64_t row = target.begin - 1; row < target.end - 1; ++row) {
    const at::Tensor scores = keys.narrow(0, 0, row + 1).mv(queries_RHK[row][head]) * config.score_scale;
    sum += at::softmax(scores, 0)[token].item<double>();
  }
  return sum / static_cast<double>(target.size());
}

TEST(AttentionFeaturesTest, AttentionToThoughtsIsThatOfEveryTargetRow) {
  const LanguageModel model = testing::load_tiny_model();
  const AttributionTask task = testing::make_thought_task();
  std::vector<at::Tensor> queries;
  std::vector<at::Tensor> keys;
  ForwardOptions options;
  options.observer = [&](std::int64_t, const AttentionRows& rows) {
    queries.push_back(rows.queries_RHK.clone());
    keys.push_back(rows.keys_RNK.clone());
  };
  Pack pack = whole_pack(task);
  pack.wanted = {0};
  static_cast<void>(model.hidden(pack, options));
  const TokenAttention attention = attention_to_tokens(model, task, span_of(task.sources));
  const at::Tensor sources_GSF = attention_to_sources(attention, task.sources);
  const ModelConfig& config = model.config();
  for (std::size_t g = 0; g < task.targets.size(); ++g) {
    for (std::size_t s = 0; s < task.sources.size(); ++s) {
      for (std::int64_t f = 0; f < config.num_features(); ++f) {
        const auto layer = static_cast<std::size_t>(f / config.num_heads);
        double wanted = 0;
        for (std::int64_t t = task.sources[s].begin; t < task.sources[s].end; ++t) {
          wanted += plain_attention(queries[layer], keys[layer], config, f % config.num_heads, task.targets[g], t);
        }
        const auto measured = sources_GSF[static_cast<std::int64_t>(g)][static_cast<std::int64_t>(s)][f].item<double>();
        EXPECT_NEAR(measured, wanted, 1e-6) << "target " << g << ", source " << s << ", feature " << f;
      }
    }
  }
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
  // Thoughts: tokens of the response before its targets.
  task.targets = {{first + 22, first + 30}, {first + 30, first + 40}};
  const TokenRange thoughts{2, first + 20};
  EXPECT_LT(
      testing::largest_difference(attention_from_trace(model.config(), *generation.trace, task, thoughts).attention_GTF,
                                  attention_to_tokens(model, task, thoughts).attention_GTF),
      1e-5);
}

INSTANTIATE_TEST_SUITE_P(Architectures, TraceTest,
                         ::testing::Values("llama3", "mistral", "qwen2", "qwen3", "phi3", "gemma3"));

}  // namespace
}  // namespace at2
