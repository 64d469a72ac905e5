// Real memory limits: each test runs in a process of its own (a death test), lowers the limit of its address space,
// and says by its exit status whether all was as it should be.
#include <ATen/Parallel.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>

#include "ablation/keep_masks.h"
#include "ablation/score.h"
#include "base/errors.h"
#include "support/golden_tensors.h"
#include "support/tiny_model.h"

namespace at2 {
namespace {

constexpr std::int64_t megabyte = 1 << 20;
/// As for the goldens of log-probabilities in float32.
constexpr double log_prob_tolerance = 2e-3;

void limit_memory(std::int64_t bytes) {
  rlimit limit{};
  ASSERT_EQ(getrlimit(RLIMIT_AS, &limit), 0);
  limit.rlim_cur = bytes > 0 ? static_cast<rlim_t>(bytes) : limit.rlim_max;
  ASSERT_EQ(setrlimit(RLIMIT_AS, &limit), 0);
}

/// Allows this process `bytes` more than it has.
void allow_only(std::int64_t bytes) {
  std::ifstream file("/proc/self/statm");
  std::int64_t pages = 0;
  file >> pages;
  limit_memory(pages * 4096 + bytes);
}

at::Tensor random_matrix(std::int64_t rows, std::int64_t columns) { return at::randn({rows, columns}) * 0.05; }

/// Two layers with many heads, so that a row costs 20 KB there (the feed-forward part takes its rows in shares).
LanguageModel wide_model() {
  ModelConfig config;
  config.num_layers = 2;
  config.num_heads = config.num_kv_heads = 16;
  config.head_width = config.rotary_width = 64;
  config.model_width = 32;
  config.feed_forward_width = 64;
  config.vocabulary_size = 200;
  config.max_positions = 8192;
  config.score_scale = 0.125;
  config.reach = {AttentionReach::full, AttentionReach::full};
  at::manual_seed(3);
  Weights weights;
  weights.embedding = weights.head = random_matrix(200, 32) * 20;
  weights.final_norm = at::ones({32});
  for (std::int64_t l = 0; l < config.num_layers; ++l) {
    LayerWeights layer;
    layer.attention_norm = layer.mlp_norm = at::ones({32});
    layer.qkv.parts = {random_matrix(3072, 32)};
    layer.output.parts = {random_matrix(32, 1024)};
    layer.gate_up.parts = {random_matrix(128, 32)};
    layer.down.parts = {random_matrix(32, 64)};
    weights.layers.push_back(std::move(layer));
  }
  return {config, std::move(weights), ComputePlace{}};
}

/// Starts everything that needs memory only once.
void warm_up(const LanguageModel& model) { static_cast<void>(score_unablated(model, testing::make_task(4, 10))); }

class OutOfMemoryTest : public ::testing::Test {
 protected:
  OutOfMemoryTest() {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    skip_ = "sanitizers need all of the address space";
#endif
    // A new process that runs this test alone: LibTorch's threads do not survive a fork.
    GTEST_FLAG_SET(death_test_style, "threadsafe");
  }
  std::string skip_;
};

/// 32 masks of about 180 tokens: a pack of 5,000 rows, 100 MB.
void score_with_little_memory() {
  at::set_num_threads(1);
  const LanguageModel model = wide_model();
  warm_up(model);
  const AttributionTask task = testing::make_task(30, 10);
  const at::Tensor keep_MS = random_keep_masks(task.example_id, 30, {32});
  allow_only(60 * megabyte);
  const AblationOutcomes halved = score_ablations(model, task, keep_MS);
  limit_memory(0);
  const AblationOutcomes whole = score_ablations(model, task, keep_MS);
  const double difference = testing::largest_difference(halved.token_log_probs_MU, whole.token_log_probs_MU);
  std::fprintf(stderr, "%d packs halved, largest difference %g\n", static_cast<int>(halved.halved_packs), difference);
  const bool right = halved.halved_packs > 0 && whole.halved_packs == 0 && difference < log_prob_tolerance &&
                     halved.sequences_M == whole.sequences_M;
  std::_Exit(right ? 0 : 1);
}

TEST_F(OutOfMemoryTest, ABlockThatMemoryDoesNotHoldIsMeasuredInHalvesWithTheSameResults) {
  if (!skip_.empty()) GTEST_SKIP() << skip_;
  EXPECT_EXIT(score_with_little_memory(), ::testing::ExitedWithCode(0), "[1-9][0-9]* packs halved");
}

void score_with_too_little_memory() {
  at::set_num_threads(1);
  const LanguageModel model = wide_model();
  warm_up(model);
  const AttributionTask task = testing::make_task(200, 20);
  const at::Tensor keep_MS = random_keep_masks(task.example_id, 200, {2});
  allow_only(20 * megabyte);
  try {
    static_cast<void>(score_ablations(model, task, keep_MS));
  } catch (const UserError& error) {
    limit_memory(0);
    std::fprintf(stderr, "%s\n", error.what());
    std::_Exit(0);
  }
  std::_Exit(1);
}

TEST_F(OutOfMemoryTest, OneSequenceThatMemoryDoesNotHoldEndsTheRunWithAdvice) {
  if (!skip_.empty()) GTEST_SKIP() << skip_;
  EXPECT_EXIT(score_with_too_little_memory(), ::testing::ExitedWithCode(0),
              "example example-1 does not fit into memory \\(one forward pass over [0-9]+ tokens ran out of it\\): use "
              "shorter contexts");
}

}  // namespace
}  // namespace at2
