#include "app/held_out_lds.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/estimator_lds.h"
#include "app/evaluated_run.h"

namespace at2 {
namespace {

using ::testing::HasSubstr;

/// Three ablated examples; features of an ablation are sums over sources with the sign of the mask.
class HeldOutLdsTest : public ::testing::Test {
 protected:
  HeldOutLdsTest() {
    add_three_examples(run_);
    const std::filesystem::path folder = run_.folder().ablations();
    std::filesystem::create_directories(folder);
    for (const std::int64_t example : {0, 1, 2}) add_ablations(folder, example);
  }

  static void add_ablations(const std::filesystem::path& folder, std::int64_t example) {
    ShardWriter writer(shard_path(folder, example),
                       made_up_header("ablations", "f", example, 3, schema_version_of("ablations")));
    const std::string group = example_group(example);
    const at::Tensor features_GSF = made_up_features(example);
    const at::Tensor sign_MS = made_up_masks().to(at::kFloat) * 2 - 1;
    writer.write_attribute(group, "id", "e" + std::to_string(example));
    writer.write_attribute(group, "skipped", "");
    writer.write(group + "/sources", at::zeros({5, 2}, at::kLong));
    writer.write(group + "/features_GMF", at::matmul(sign_MS, features_GSF));
    writer.write(group + "/logit_probs_GM", sums_of_head_0(features_GSF, made_up_masks()).to(at::kFloat));
    writer.commit();
  }

  [[nodiscard]] std::vector<LdsEstimator> estimators(std::int64_t num_examples) const {
    const std::string path = write_estimator(run_.files().path() / "theta.h5", {1, -2, 3, 0.5, 0, 1},
                                             {Feature::attention}, "model a", num_examples)
                                 .string();
    return load_lds_estimators(std::vector{path});
  }
  [[nodiscard]] HeldOut held_out(std::int64_t first, const std::string& dataset = "other.jsonl") const {
    return {run_.folder().root(), {}, dataset, first};
  }

  MadeUpRun run_;
};

TEST_F(HeldOutLdsTest, IsTheLdsOfTheSameMasksAndScores) {
  const auto thetas = estimators(1);
  const std::vector<std::string> methods = {"average_attention"};
  const MeasuredKind evaluated = lds_of_estimators(run_.folder().root(), thetas, {{}, methods}).front();
  const MeasuredKind ablated = lds_of_held_out(held_out(0), thetas, methods);
  ASSERT_EQ(ablated.methods.size(), 2U);
  for (std::size_t row = 0; row < 2; ++row) {
    ASSERT_EQ(ablated.methods[row].examples.size(), 3U);
    for (std::size_t e = 0; e < 3; ++e) {
      const auto& wanted_G = evaluated.methods[row].examples[e].lds_G;
      const auto& lds_G = ablated.methods[row].examples[e].lds_G;
      ASSERT_EQ(lds_G.size(), wanted_G.size());
      for (std::size_t g = 0; g < lds_G.size(); ++g) EXPECT_NEAR(*lds_G[g], *wanted_G[g], 1e-12);
    }
  }
}

TEST_F(HeldOutLdsTest, TheFirstExamplesAreLeftOut) {
  EXPECT_EQ(lds_of_held_out(held_out(2), estimators(1), {}).methods.front().examples.size(), 1U);
  EXPECT_THAT(message_of([&] { static_cast<void>(lds_of_held_out(held_out(3), estimators(1), {})); }),
              HasSubstr("of 3 training examples the first 3 are left out"));
}

TEST_F(HeldOutLdsTest, ThetaThatMayHaveSeenAnExampleIsRefused) {
  const auto thetas = estimators(2);
  const std::string dataset = thetas.front().stored.origin.dataset;
  EXPECT_THAT(message_of([&] { static_cast<void>(lds_of_held_out(held_out(1, dataset), thetas, {})); }),
              HasSubstr("trained on 2 examples"));
  EXPECT_NO_THROW(static_cast<void>(lds_of_held_out(held_out(2, dataset), thetas, {})));
}

TEST_F(HeldOutLdsTest, MethodsThatAblationsDoNotTellAreRefused) {
  const std::vector<std::string> methods = {"gradient"};
  EXPECT_THAT(message_of([&] { static_cast<void>(lds_of_held_out(held_out(0), estimators(1), methods)); }),
              HasSubstr("--methods has gradient"));
  const std::vector<std::string> norms = {"value_norm"};
  EXPECT_THAT(message_of([&] { static_cast<void>(lds_of_held_out(held_out(0), estimators(1), norms)); }),
              HasSubstr("it weighs value_norm, which was not measured"));
}

}  // namespace
}  // namespace at2
