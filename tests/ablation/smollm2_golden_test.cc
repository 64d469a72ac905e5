// Features of SmolLM2's heads against a forward pass in plain NumPy, float64 (tools/make_smollm2_feature_goldens.py):
// rotation, grouped queries, tied embeddings and 30 layers of real weights.
#include <gtest/gtest.h>

#include <ostream>

#include "ablation/attention_features.h"
#include "ablation/unablated.h"
#include "model/pretrained.h"
#include "support/golden_tensors.h"

namespace at2 {
namespace {

const std::vector<Feature> kAll = {Feature::attention, Feature::value_norm, Feature::logit_contribution};
constexpr const char* kNames[] = {"attention", "value_norm", "logit_contribution"};

/// Largest difference that is allowed, as a share of the largest golden value.
struct Tolerance {
  at::DeviceType device;
  at::ScalarType dtype;
  /// Rounding of hidden states, one after another through 30 layers.
  double features;
  /// Absolute [nat], of a token.
  double log_probs;
};

void PrintTo(const Tolerance& tolerance, std::ostream* stream) {
  *stream << c10::DeviceTypeName(tolerance.device) << " " << c10::toString(tolerance.dtype);
}

std::vector<TokenRange> ranges(const at::Tensor& pairs) {
  const std::vector<std::int64_t> ends = testing::integers(pairs);
  std::vector<TokenRange> ranges;
  for (std::size_t i = 0; i < ends.size(); i += 2) ranges.push_back({ends[i], ends[i + 1]});
  return ranges;
}

class SmolLm2FeaturesGoldenTest : public ::testing::TestWithParam<Tolerance> {
 protected:
  static LanguageModel load(const Tolerance& tolerance) {
    const std::filesystem::path path = resolve_model_path("default");
    return load_language_model(path, load_model_text(path).config, {tolerance.device, tolerance.dtype, {}});
  }

  [[nodiscard]] AttributionTask task() const {
    AttributionTask task;
    task.example_id = "golden";
    task.tokens = testing::integers(golden_.at("input_ids"));
    task.targets = ranges(golden_.at("targets"));
    task.sources = ranges(golden_.at("sources"));
    return task;
  }

  /// Compares with the golden array `name`; says how far off it was even where that is near enough.
  void expect_near(const at::Tensor& ours, const std::string& name, double tolerance) {
    const at::Tensor& golden = golden_.at(name);
    const double difference = testing::largest_difference(ours, golden) / golden.abs().max().item<double>();
    EXPECT_LE(difference, tolerance) << name;
    RecordProperty(name, std::to_string(difference * 1e6) + "e-6");
  }

  const std::map<std::string, at::Tensor> golden_ =
      testing::load_golden(std::filesystem::path(AT2_GOLDEN_DIR) / "smollm2" / "features.safetensors");
};

TEST_P(SmolLm2FeaturesGoldenTest, FeaturesAndLogProbsEqualNumPys) {
  const LanguageModel model = load(GetParam());
  const HeadOutputs outputs(model, kAll);
  const TokenRange span = span_of(task().sources);
  const UnablatedMeasurement measured = measure_unablated(model, task(), span, &outputs);

  const at::Tensor log_probs_U = measured.outcomes.token_log_probs_MU[0];
  EXPECT_LE(testing::largest_difference(log_probs_U, golden_.at("log_probs_U")), GetParam().log_probs);
  const at::Tensor chosen = golden_.at("chosen").to(at::kLong) - span.begin;
  for (std::size_t place = 0; place < kAll.size(); ++place) {
    const TokenAttention one = only(measured.attention, std::span(&kAll[place], 1));
    const std::string name = kNames[place];
    expect_near(one.attention_GTF.index_select(1, chosen), name + "_GCF", GetParam().features);
    expect_near(attention_to_sources(one, task().sources), name + "_GSF", GetParam().features);
  }
}

INSTANTIATE_TEST_SUITE_P(Places, SmolLm2FeaturesGoldenTest,
                         ::testing::Values(Tolerance{at::kCPU, at::kFloat, 2e-5, 1e-4}));

}  // namespace
}  // namespace at2
