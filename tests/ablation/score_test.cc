#include "ablation/score.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "ablation/ablation_pack.h"
#include "ablation/attention_features.h"
#include "ablation/keep_masks.h"
#include "base/errors.h"
#include "support/golden_tensors.h"
#include "support/tiny_model.h"

namespace at2 {
namespace {

using testing::largest_difference;
using testing::load_tiny_model;
using testing::make_task;
using testing::make_thought_task;

TEST(AblationPackTest, SequencesShareTheRowsOfTheirCommonBeginning) {
  const AttributionTask task = make_task(3, 2);
  const std::vector<std::uint8_t> masks[] = {{1, 1, 0}, {1, 0, 1}};
  std::vector<std::vector<std::int64_t>> sequences;
  for (const auto& mask : masks) sequences.push_back(kept_positions(task, mask.data()));
  const Pack pack = ablation_pack(task, sequences);
  // The header and the first source are one segment; each sequence then has one of its own.
  ASSERT_EQ(pack.segments.size(), 3U);
  EXPECT_EQ(pack.segments[0].rows.end, 7);
  EXPECT_EQ(std::ssize(pack.tokens), std::ssize(sequences[0]) + std::ssize(sequences[1]) - 7);
  EXPECT_EQ(std::ssize(pack.wanted), 2 * num_target_tokens(task));
  for (std::size_t i = 0; i < pack.wanted.size(); ++i) {
    const auto wanted = predicting_positions(task)[i % predicting_positions(task).size()];
    EXPECT_EQ(pack.positions[static_cast<std::size_t>(pack.wanted[i])], wanted);
  }
}

TEST(AblationPackTest, EqualMasksShareAllRows) {
  const AttributionTask task = make_task(2, 2);
  const std::vector<std::uint8_t> mask = {0, 1};
  const auto positions = kept_positions(task, mask.data());
  const Pack pack = ablation_pack(task, {positions, positions});
  EXPECT_EQ(pack.segments.size(), 1U);
  EXPECT_EQ(std::ssize(pack.tokens), std::ssize(positions));
  EXPECT_EQ(std::ssize(pack.wanted), 2 * num_target_tokens(task));
}

TEST(AblationPackTest, ATokenOfTwoSourcesIsHiddenIfEitherIs) {
  AttributionTask task = make_task(2, 2);
  task.sources = {{5, 8}, {7, 10}};
  const std::vector<std::uint8_t> mask = {1, 0};
  const auto positions = kept_positions(task, mask.data());
  EXPECT_EQ(std::count(positions.begin(), positions.end(), 7), 0);
  EXPECT_EQ(std::count(positions.begin(), positions.end(), 6), 1);
}

class ArchitectureScoreTest : public ::testing::TestWithParam<const char*> {};

TEST_P(ArchitectureScoreTest, SharedPrefixesGiveWhatSequencesAloneGive) {
  const LanguageModel model = load_tiny_model(GetParam());
  const AttributionTask task = make_task(6, 3);
  const at::Tensor keep_MS = random_keep_masks(task.example_id, 6, {40});
  const AblationOutcomes together = score_ablations(model, task, keep_MS);
  for (std::int64_t m = 0; m < 40; ++m) {
    const AblationOutcomes alone = score_ablations(model, task, keep_MS.narrow(0, m, 1).contiguous());
    EXPECT_LT(largest_difference(alone.log_probs_GM.select(1, 0), together.log_probs_GM.select(1, m)), 2e-5) << m;
  }
}

/// Compares packs with one masked pass over the whole sequence for each mask.
void expect_masked_passes(const LanguageModel& model, const AttributionTask& task) {
  const at::Tensor keep_MS = random_keep_masks(task.example_id, 6, {8});
  const at::Tensor dropped = score_ablations(model, task, keep_MS).token_log_probs_MU;
  for (std::int64_t m = 0; m < 8; ++m) {
    const auto kept = kept_positions(task, keep_MS.const_data_ptr<std::uint8_t>() + m * 6);
    Pack pack = whole_pack(task);
    pack.wanted = predicting_positions(task);
    for (const std::int64_t position : pack.positions) {
      if (std::find(kept.begin(), kept.end(), position) == kept.end()) pack.masked.push_back(position);
    }
    const at::Tensor odds = model.target_log_odds(model.hidden(pack), target_tokens(task));
    EXPECT_LT(largest_difference(log_prob_from_log_odds(odds), dropped[m]), 2e-5) << "mask " << m;
  }
}

TEST_P(ArchitectureScoreTest, HidingTokensInEveryLayerIsLeavingThemOut) {
  expect_masked_passes(load_tiny_model(GetParam()), make_task(6, 3));
}

TEST_P(ArchitectureScoreTest, HidingTokensOfTheResponseIsLeavingThemOut) {
  expect_masked_passes(load_tiny_model(GetParam()), make_thought_task());
}

INSTANTIATE_TEST_SUITE_P(Architectures, ArchitectureScoreTest,
                         ::testing::Values("llama3", "mistral", "qwen2", "qwen3", "phi3", "gemma3"));

TEST(ScoreTest, BlocksOfMasksDoNotSeeEachOther) {
  const LanguageModel model = load_tiny_model();
  const AttributionTask task = make_task(6, 3);
  const at::Tensor keep_MS = random_keep_masks(task.example_id, 6, {96});
  const AblationOutcomes all = score_ablations(model, task, keep_MS);
  const AblationOutcomes first = score_ablations(model, task, keep_MS.narrow(0, 0, 32).contiguous());
  EXPECT_TRUE(all.log_probs_GM.narrow(1, 0, 32).equal(first.log_probs_GM)) << "equal bits";
  EXPECT_EQ(all.halved_packs, 0);
}

TEST(ScoreTest, EqualMasksHaveEqualResultsAndAreMeasuredOnce) {
  const LanguageModel model = load_tiny_model();
  const AttributionTask task = make_task(3, 4);
  const at::Tensor keep_MS = random_keep_masks(task.example_id, 3, {256});
  const AblationOutcomes all = score_ablations(model, task, keep_MS);
  EXPECT_EQ(all.sequences_M.back(), 8) << "three sources have eight masks";
  for (std::int64_t m = 0; m < 256; ++m) {
    for (std::int64_t n = 0; n < m; ++n) {
      if (!keep_MS[m].equal(keep_MS[n])) continue;
      EXPECT_TRUE(all.token_log_probs_MU[m].equal(all.token_log_probs_MU[n])) << m << " and " << n;
      break;
    }
  }
  const AblationOutcomes first = score_ablations(model, task, keep_MS.narrow(0, 0, 32).contiguous());
  EXPECT_TRUE(all.token_log_probs_MU.narrow(0, 0, 32).equal(first.token_log_probs_MU)) << "equal bits";
}

TEST(ScoreTest, NoMasksHaveNoOutcomes) {
  const AblationOutcomes none = score_ablations(load_tiny_model(), make_task(3, 2), at::empty({0, 3}, at::kByte));
  EXPECT_EQ(none.log_probs_GM.sizes(), (std::vector<std::int64_t>{2, 0}));
  EXPECT_TRUE(none.sequences_M.empty());
}

TEST(ScoreTest, AllKeptEqualsUnablated) {
  const LanguageModel model = load_tiny_model();
  const AttributionTask task = make_task(4, 3);
  const AblationOutcomes full = score_unablated(model, task);
  const AblationOutcomes kept = score_ablations(model, task, at::ones({1, 4}, at::kByte));
  EXPECT_TRUE(full.log_probs_GM.equal(kept.log_probs_GM));
  EXPECT_EQ(full.log_probs_GM.size(0), 2);
}

TEST(ScoreTest, LogitFromLogProbHasNoCancellationNearOne) {
  // p = 1 - 1e-12: log p = -1e-12, logit = log(p / (1 - p)) = 27.63102...
  const at::Tensor log_prob = at::tensor({-1e-12, -std::log(2.0), -50.0, 0.0}, at::kDouble);
  const at::Tensor logit = logit_from_log_prob(log_prob);
  EXPECT_NEAR(logit[0].item<double>(), std::log(1e12), 1e-9);
  EXPECT_NEAR(logit[1].item<double>(), 0.0, 1e-15);
  EXPECT_NEAR(logit[2].item<double>(), -50.0, 1e-15);
  EXPECT_TRUE(std::isfinite(logit[3].item<double>()));
}

TEST(ScoreTest, ASourceThatOverlapsATargetIsAContractViolation) {
  const LanguageModel model = load_tiny_model();
  AttributionTask task = make_task(4, 3);
  task.sources.back() = task.targets.front();
  EXPECT_THROW(static_cast<void>(score_unablated(model, task)), ContractViolation);
}

}  // namespace
}  // namespace at2
