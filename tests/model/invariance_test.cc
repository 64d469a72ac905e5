// What promise 1 of the design rests on: a row's bits do not depend on the other rows, packs or threads.
#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include <numeric>

#include "model/generate.h"
#include "model/kernels.h"
#include "model/steady_products.h"
#include "support/golden_tensors.h"
#include "support/random_matrix.h"
#include "support/threads_guard.h"
#include "support/tiny_model.h"

namespace at2 {
namespace {

using testing::random_matrix;

/// Programs make a model before their first product; these tests multiply without one.
class SteadyProducts : public ::testing::Environment {
 public:
  void SetUp() override { make_products_steady(); }
};
const ::testing::Environment* const steady_products = ::testing::AddGlobalTestEnvironment(new SteadyProducts);

class ModelInvarianceTest : public ::testing::TestWithParam<const char*> {};

TEST(InvarianceTest, RowsOfAProductDoNotDependOnTheNumberOfRows) {
  // The shapes of SmolLM2-135M's projections.
  for (const auto& [in, out] :
       std::vector<std::pair<std::int64_t, std::int64_t>>{{576, 960}, {576, 3072}, {1536, 576}}) {
    const at::Tensor weight = random_matrix(out, in, 1);
    const at::Tensor x = random_matrix(700, in, 2);
    const at::Tensor all = linear_rows(x, weight);
    for (const std::int64_t rows : {1, 2, 3, 5, 8, 15, 16, 17, 33, 100, 257, 512, 699}) {
      EXPECT_TRUE(linear_rows(x.narrow(0, 0, rows).contiguous(), weight).equal(all.narrow(0, 0, rows)))
          << rows << " rows, " << in << " x " << out;
    }
  }
}

TEST(InvarianceTest, RowsOfAProductDoNotDependOnThreads) {
  const testing::ThreadsGuard guard(1);
  const at::Tensor weight = random_matrix(960, 576, 1);
  const at::Tensor x = random_matrix(300, 576, 2);
  const at::Tensor one = linear_rows(x, weight);
  at::set_num_threads(2);
  EXPECT_TRUE(linear_rows(x, weight).equal(one));
}

TEST_P(ModelInvarianceTest, SequencesOfAPackDoNotSeeEachOther) {
  const LanguageModel model = testing::load_tiny_model(GetParam());
  const std::vector<std::int64_t> lengths = {40, 3, 17, 25};
  Pack together;
  std::vector<Pack> alone;
  for (std::size_t i = 0; i < lengths.size(); ++i) {
    const AttributionTask task = testing::make_task(8, 4, i + 1);
    Pack pack;
    pack.tokens.assign(task.tokens.begin(), task.tokens.begin() + lengths[i]);
    pack.positions.resize(pack.tokens.size());
    std::iota(pack.positions.begin(), pack.positions.end(), 0);
    pack.segments.push_back({{0, lengths[i]}, {}, -1});
    pack.wanted = {lengths[i] - 1};
    const auto first = std::ssize(together.tokens);
    together.tokens.insert(together.tokens.end(), pack.tokens.begin(), pack.tokens.end());
    together.positions.insert(together.positions.end(), pack.positions.begin(), pack.positions.end());
    together.segments.push_back({{first, first + lengths[i]}, {}, -1});
    together.wanted.push_back(first + lengths[i] - 1);
    alone.push_back(std::move(pack));
  }
  const at::Tensor hidden = model.hidden(together);
  for (std::size_t i = 0; i < alone.size(); ++i) {
    EXPECT_TRUE(model.hidden(alone[i])[0].equal(hidden[static_cast<std::int64_t>(i)])) << "sequence " << i;
  }
}

TEST_P(ModelInvarianceTest, GenerationsDoNotDependOnTheBatch) {
  const LanguageModel model = testing::load_tiny_model(GetParam());
  std::vector<std::vector<std::int64_t>> prompts;
  for (std::uint64_t i = 0; i < 7; ++i) {
    std::vector<std::int64_t> prompt = testing::make_task(8, 4, i + 1).tokens;
    prompt.resize(5 + 6 * i);
    prompts.push_back(prompt);
  }
  GenerationLimits limits;
  limits.max_new_tokens = 12;
  limits.batch_size = 1;
  const auto one_by_one = generate_greedy(model, prompts, limits);
  for (const std::int64_t batch : {2, 3, 8}) {
    limits.batch_size = batch;
    const auto batched = generate_greedy(model, prompts, limits);
    for (std::size_t i = 0; i < prompts.size(); ++i) {
      EXPECT_EQ(batched[i].tokens, one_by_one[i].tokens) << "prompt " << i << ", batch of " << batch;
      EXPECT_EQ(batched[i].ended, one_by_one[i].ended);
    }
  }
}

TEST_P(ModelInvarianceTest, GenerationsDoNotDependOnGuesses) {
  const LanguageModel model = testing::load_tiny_model(GetParam());
  // The text repeats itself, so that there is much to look up.
  std::vector<std::vector<std::int64_t>> prompts;
  for (std::uint64_t i = 0; i < 5; ++i) {
    std::vector<std::int64_t> prompt = testing::make_task(4, 4, i + 1).tokens;
    prompt.resize(12 + i);
    for (int repeats = 0; repeats < 2; ++repeats) prompt.insert(prompt.end(), prompt.begin(), prompt.begin() + 12);
    prompts.push_back(prompt);
  }
  GenerationLimits limits;
  limits.max_new_tokens = 40;
  limits.end_tokens = EndTokens::ignored;
  limits.drafts = Drafts::no;
  const auto plain = generate_greedy(model, prompts, limits);
  limits.drafts = Drafts::by_lookup;
  for (const std::int64_t batch : {1, 3, 8}) {
    limits.batch_size = batch;
    const auto guessed = generate_greedy(model, prompts, limits);
    for (std::size_t i = 0; i < prompts.size(); ++i) {
      EXPECT_EQ(guessed[i].tokens, plain[i].tokens) << "prompt " << i << ", batch of " << batch;
    }
  }
}

TEST_P(ModelInvarianceTest, TokensAreReportedAsTheyAreGenerated) {
  const LanguageModel model = testing::load_tiny_model(GetParam());
  std::vector<std::vector<std::int64_t>> prompts(3, testing::make_task(4, 4).tokens);
  prompts[1].resize(9);
  std::vector<std::vector<std::int64_t>> heard(3);
  GenerationLimits limits;
  limits.max_new_tokens = 15;
  limits.batch_size = 2;
  limits.end_tokens = EndTokens::ignored;
  limits.on_token = [&](std::size_t prompt, std::int64_t token) { heard[prompt].push_back(token); };
  const auto generations = generate_greedy(model, prompts, limits);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(heard[i], generations[i].tokens);
}

INSTANTIATE_TEST_SUITE_P(Architectures, ModelInvarianceTest,
                         ::testing::Values("llama3", "mistral", "qwen2", "qwen3", "phi3", "gemma3"));

TEST(KernelsTest, FusedLoopsEqualLibTorchOperators) {
  const at::Tensor x = random_matrix(37, 64, 1) * 4.0;
  const at::Tensor weight = random_matrix(1, 64, 2).squeeze(0);
  const at::Tensor wide = x.to(at::kDouble);
  const at::Tensor norm = wide * at::rsqrt(wide.square().mean(1, true) + 1e-5) * weight.to(at::kDouble);
  EXPECT_LT(testing::largest_difference(rms_norm(x, weight, 1e-5), norm), 1e-5);
  const at::Tensor silu = at::silu(wide.narrow(1, 0, 32)) * wide.narrow(1, 32, 32);
  EXPECT_LT(testing::largest_difference(gated(x, Activation::silu), silu), 1e-5);
  const at::Tensor gelu = at::gelu(wide.narrow(1, 0, 32), "tanh") * wide.narrow(1, 32, 32);
  EXPECT_LT(testing::largest_difference(gated(x, Activation::gelu_tanh), gelu), 1e-5);
}

TEST(KernelsTest, LoopsInPlaceEqualOperatorsUnderAutograd) {
  // 3 query heads, 1 key head and 1 value head of width 24, of which 16 dimensions rotate.
  const at::Tensor x = random_matrix(37, 5 * 24, 1).view({37, 5, 24});
  const at::Tensor recorded = x.clone().requires_grad_(true);
  const at::Tensor query_weight = random_matrix(1, 24, 2).squeeze(0);
  const at::Tensor key_weight = random_matrix(1, 24, 3).squeeze(0);
  const RotaryTable table{random_matrix(37, 8, 4), random_matrix(37, 8, 5)};
  const at::Tensor composite =
      rotate_heads(norm_heads(recorded, 3, 1, query_weight, key_weight, 1e-6), 4, table).detach();
  const at::Tensor in_place = rotate_heads(norm_heads(x.clone(), 3, 1, query_weight, key_weight, 1e-6), 4, table);
  EXPECT_LT(testing::largest_difference(in_place, composite), 1e-5);
  EXPECT_TRUE(in_place.select(1, 4).equal(x.select(1, 4))) << "values stay as they are";
  EXPECT_GT(testing::largest_difference(in_place.select(1, 3), x.select(1, 3)), 0.1) << "keys do not";
}

TEST(KernelsTest, TargetLogOddsStayFiniteForACertainTarget) {
  at::Tensor logits = random_matrix(2, 1000, 3);
  logits[0][999] = 200.0;  // exp(-200) underflows float32
  const at::Tensor odds = target_log_odds(logits, at::tensor({999, 0}, at::kLong));
  const at::Tensor wide = logits.to(at::kDouble);
  EXPECT_NEAR(odds[0].item<double>(), 200.0 - at::logsumexp(wide[0].narrow(0, 0, 999), 0).item<double>(), 1e-5);
  EXPECT_NEAR(odds[1].item<double>(), (wide[1][0] - at::logsumexp(wide[1].narrow(0, 1, 999), 0)).item<double>(), 1e-5);
}

}  // namespace
}  // namespace at2
