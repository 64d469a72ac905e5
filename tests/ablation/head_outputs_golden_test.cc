// Features of heads on the tiny models against plain NumPy in float64 (tools/make_feature_goldens.py): grouped queries,
// biases, fused projections, tied heads, and norms behind the attention.
#include "ablation/head_outputs.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "ablation/attention_features.h"
#include "model/generate.h"
#include "support/golden_tensors.h"
#include "support/tiny_model.h"

namespace at2 {
namespace {

const std::vector<Feature> kAll = {Feature::attention, Feature::value_norm, Feature::logit_contribution};
constexpr const char* kArrays[] = {"attention_GSF", "value_norm_GSF", "logit_contribution_GSF"};

class HeadOutputsGoldenTest : public ::testing::TestWithParam<const char*> {
 protected:
  HeadOutputsGoldenTest() {
    const at::Tensor ids = golden_.at("input_ids").to(at::kLong);
    task_.example_id = "golden";
    for (std::int64_t t = 0; t < ids.numel(); ++t) task_.tokens.push_back(ids[t].item<std::int64_t>());
    const at::Tensor targets = features_.at("targets").to(at::kLong);
    for (std::int64_t g = 0; g < targets.size(0); ++g) {
      task_.targets.push_back({targets[g][0].item<std::int64_t>(), targets[g][1].item<std::int64_t>()});
    }
    const at::Tensor span = features_.at("span").to(at::kLong);
    span_ = {span[0].item<std::int64_t>(), span[1].item<std::int64_t>()};
    task_.sources = {span_};
  }

  [[nodiscard]] std::filesystem::path folder() const {
    return std::filesystem::path(AT2_GOLDEN_DIR) / "tiny-models" / GetParam();
  }

  const std::map<std::string, at::Tensor> golden_ = testing::load_golden(folder() / "golden.safetensors");
  const std::map<std::string, at::Tensor> features_ = testing::load_golden(folder() / "features.safetensors");
  const LanguageModel model_ = testing::load_tiny_model(GetParam());
  AttributionTask task_;
  TokenRange span_;
};

/// Largest difference as a share of the largest golden value.
double error(const at::Tensor& ours, const at::Tensor& golden) {
  return ((ours - golden).abs().max() / golden.abs().max()).item<double>();
}

TEST_P(HeadOutputsGoldenTest, EveryFeatureEqualsNumPys) {
  const HeadOutputs outputs(model_, kAll);
  const TokenAttention read = attention_to_tokens(model_, task_, span_, &outputs);
  for (std::size_t place = 0; place < kAll.size(); ++place) {
    const TokenAttention one = only(read, std::span(&kAll[place], 1));
    const double difference = error(one.attention_GTF, features_.at(kArrays[place]));
    EXPECT_LE(difference, 2e-5) << kArrays[place];
    RecordProperty(kArrays[place], std::to_string(difference));
  }
}

TEST_P(HeadOutputsGoldenTest, OneFeatureAloneIsThatOfSeveral) {
  const HeadOutputs outputs(model_, kAll);
  const TokenAttention read = attention_to_tokens(model_, task_, span_, &outputs);
  for (const Feature feature : kAll) {
    const HeadOutputs alone(model_, {feature});
    const TokenAttention expected = attention_to_tokens(model_, task_, span_, &alone);
    EXPECT_TRUE(only(read, std::span(&feature, 1)).attention_GTF.equal(expected.attention_GTF)) << "equal bits";
  }
}

INSTANTIATE_TEST_SUITE_P(Checkpoints, HeadOutputsGoldenTest,
                         ::testing::Values("llama3", "llama-tied", "mistral", "qwen2", "qwen3", "phi3", "phi4-mini",
                                           "gemma3"),
                         [](const auto& parameter) { return testing::name_for_tests(parameter.param); });

/// What generation kept gives the features without another pass.
TEST(HeadFeaturesFromTraceTest, EqualThoseOfAForwardPass) {
  for (const char* name : {"llama3", "gemma3"}) {
    const LanguageModel model = testing::load_tiny_model(name);
    AttributionTask task = testing::make_task(4, 3);
    task.tokens.resize(24);
    GenerationLimits limits;
    limits.max_new_tokens = 12;
    limits.end_tokens = EndTokens::ignored;
    limits.trace = KeepTrace::yes;
    const Generation generation =
        generate_greedy(model, std::vector<std::vector<std::int64_t>>{task.tokens}, limits).front();
    task.tokens.insert(task.tokens.end(), generation.tokens.begin(), generation.tokens.end());
    task.targets = {{24, 30}, {30, 36}};
    const TokenRange span = span_of(task.sources);
    const HeadOutputs outputs(model, kAll);
    const TokenAttention kept = attention_from_trace(model.config(), *generation.trace, task, span, &outputs);
    const TokenAttention again = attention_to_tokens(model, task, span, &outputs);
    EXPECT_LE(error(kept.attention_GTF, again.attention_GTF), 2e-5) << name;
  }
}

}  // namespace
}  // namespace at2
