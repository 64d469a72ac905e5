// SmolLM2-135M-Instruct (GGUF Q4_1 de-quantised to float32) against transformers 4.51.3, scikit-learn and scipy:
// tests/golden/NOTICE. CPU float32.
//
// Tolerances. Features are probabilities: float32 rounding of 30 layers stays below 1e-5. Log-probs: the fixtures are
// made from float32 logits of another order of summation; sums over up to 41 tokens differ by less than 2e-3.
#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>

#include "attribute/attributor.h"
#include "attribute/lasso.h"
#include "base/deps.h"
#include "evaluate/evaluate_example.h"
#include "evaluate/lds.h"
#include "evaluate/top_k_drop.h"
#include "model/generate.h"
#include "model/pretrained.h"
#include "support/golden_tensors.h"

namespace at2 {
namespace {

using nlohmann::json;
using testing::largest_difference;

constexpr double feature_tolerance = 1e-5;
constexpr double log_prob_tolerance = 2e-3;
constexpr double lds_tolerance = 5e-3;

std::filesystem::path golden_folder() { return std::filesystem::path(AT2_GOLDEN_DIR) / "smollm2"; }

json read_json(const char* name) {
  std::ifstream file(golden_folder() / name);
  return json::parse(file);
}

/// The model and all fixtures, loaded once for all tests.
class SmolLm2Test : public ::testing::TestWithParam<std::size_t> {
 protected:
  struct Loaded {
    ModelText text;
    LanguageModel model;
    json examples;
    json metrics;
  };
  /// What was measured of one example.
  struct Measured {
    std::optional<Measurements> shared;
    std::map<std::string, AblationOutcomes> outcomes;
  };
  static void SetUpTestSuite() {
    ModelText text = load_model_text(default_model_path());
    LanguageModel model = load_language_model(default_model_path(), text.config, ComputePlace{});
    loaded_.reset(new Loaded{std::move(text), std::move(model), read_json("examples.json")["examples"],
                             read_json("metrics.json")});
  }
  static void TearDownTestSuite() {
    measured_.clear();
    loaded_.reset();
  }

  SmolLm2Test()
      : example_(loaded_->examples.at(GetParam())),
        golden_(testing::load_golden(golden_folder() / example_["arrays"].get<std::string>())) {}

  [[nodiscard]] const LanguageModel& model() const { return loaded_->model; }
  [[nodiscard]] TokenRange context_tokens() const { return range(example_["context_token_range"]); }

  [[nodiscard]] static TokenRange range(const json& pair) { return {pair[0], pair[1]}; }

  [[nodiscard]] AttributionTask task(const std::string& kind) const {
    AttributionTask task;
    task.example_id = example_["name"];
    for (const char* part : {"prompt_ids", "generated_ids"}) {
      for (const std::int64_t token : example_[part]) task.tokens.push_back(token);
    }
    const TokenRange response = range(example_["target_token_range"]);
    task.tokens.resize(static_cast<std::size_t>(response.end));
    for (const json& pair : example_["target_sentence_token_ranges_in_response"]) {
      task.targets.push_back(
          {response.begin + pair[0].get<std::int64_t>(), response.begin + pair[1].get<std::int64_t>()});
    }
    if (kind == "sentence") {
      for (const json& pair : example_["sentence_source_token_ranges"]) task.sources.push_back(range(pair));
    } else {
      for (std::int64_t t = context_tokens().begin; t < context_tokens().end; ++t) task.sources.push_back({t, t + 1});
    }
    return task;
  }
  /// Attention, gradient and the unablated response of this example, for a kind of sources: measured when first asked
  /// for, and shared by all tests.
  [[nodiscard]] Measurements measurements(const std::string& kind) {
    std::optional<Measurements>& shared = measured_[GetParam()].shared;
    if (!shared) shared.emplace(model(), task("token"), context_tokens(), MeasurementOptions{});
    return shared->with_sources(task(kind).sources);
  }
  /// Outcomes under the golden masks, shared likewise: they are most of the work.
  [[nodiscard]] const AblationOutcomes& outcomes(const std::string& kind) {
    auto& known = measured_[GetParam()].outcomes;
    const auto found = known.find(kind);
    if (found != known.end()) return found->second;
    return known.emplace(kind, score_ablations(model(), task(kind), golden("masks_" + kind))).first->second;
  }
  [[nodiscard]] const json& target_metrics(std::int64_t target) const {
    return loaded_->metrics.at("metrics").at(example_["name"].get<std::string>()).at(static_cast<std::size_t>(target));
  }
  [[nodiscard]] const at::Tensor& golden(const std::string& name) const { return golden_.at(name); }

  json example_;
  std::map<std::string, at::Tensor> golden_;
  static inline std::unique_ptr<Loaded> loaded_;
  static inline std::map<std::size_t, Measured> measured_;
};

TEST_P(SmolLm2Test, GreedyGenerationEqualsTransformers) {
  const std::vector<std::int64_t> prompt = example_["prompt_ids"];
  GenerationLimits limits;
  limits.max_new_tokens = 64;
  const Generation generation =
      generate_greedy(model(), std::vector<std::vector<std::int64_t>>{prompt}, limits).front();
  std::vector<std::int64_t> wanted = example_["generated_ids"];
  EXPECT_EQ(generation.ended, example_["generation_stopped_at_eos"].get<bool>());
  if (generation.ended) wanted.pop_back();
  EXPECT_EQ(generation.tokens, wanted);
  EXPECT_EQ(loaded_->text.tokenizer.decode(generation.tokens, SkipSpecial::no),
            example_["response"].get<std::string>());
}

TEST_P(SmolLm2Test, LogProbsUnderAllMasksEqualTransformers) {
  for (const std::string kind : {"sentence", "token"}) {
    const at::Tensor keep_MS = random_keep_masks("", std::ssize(task(kind).sources), {32, 0.5, MaskSeeding::reference});
    EXPECT_TRUE(keep_MS.equal(golden("masks_" + kind))) << "numpy's masks, " << kind;
    const AblationOutcomes& found = outcomes(kind);
    EXPECT_LT(largest_difference(found.token_log_probs_MU, golden("token_log_probs_" + kind)), log_prob_tolerance);
    EXPECT_LT(largest_difference(found.log_probs_GM.t(), golden("log_probs_" + kind + "_sources")), log_prob_tolerance);
    EXPECT_LT(largest_difference(found.logit_probs_GM.t(), golden("logit_probs_" + kind + "_sources")),
              log_prob_tolerance);
  }
}

TEST_P(SmolLm2Test, UnablatedLogProbsEqualTransformers) {
  Cost cost;
  Measurements shared = measurements("sentence");
  const AblationOutcomes& full = shared.unablated(cost);
  EXPECT_LT(largest_difference(full.log_probs_GM.select(1, 0), golden("full_log_probs")), log_prob_tolerance);
  EXPECT_LT(largest_difference(full.logit_probs_GM.select(1, 0), golden("full_logit_probs")), log_prob_tolerance);
  EXPECT_LT(largest_difference(full.token_log_probs_MU.select(0, 0), golden("full_token_log_probs")),
            log_prob_tolerance);
}

TEST_P(SmolLm2Test, AttentionFeaturesEqualTransformers) {
  for (const std::string kind : {"sentence", "token"}) {
    Cost cost;
    const at::Tensor features_GSF = measurements(kind).features_GSF(std::vector{Feature::attention}, cost);
    EXPECT_LT(largest_difference(features_GSF, golden("features_" + kind)), feature_tolerance) << kind;
  }
}

TEST_P(SmolLm2Test, GradientScoresEqualTransformers) {
  Cost cost;
  const at::Tensor token_scores = measurements("token").gradient_GS(cost);
  const double scale = golden("gradient_token").max().item<double>();
  EXPECT_LT(largest_difference(token_scores, golden("gradient_token")), 1e-4 * scale);
  const at::Tensor sentence_scores = measurements("sentence").gradient_GS(cost);
  EXPECT_LT(largest_difference(sentence_scores, golden("gradient_sentence")),
            1e-4 * golden("gradient_sentence").max().item<double>());
}

TEST_P(SmolLm2Test, EsmScoresEqualContextCite) {
  const AttributionTask sentences = task("sentence");
  const at::Tensor logits_GM = outcomes("sentence").logit_probs_GM.contiguous();
  const at::Tensor wanted = golden("esm_sentence_tight");
  for (std::int64_t g = 0; g < logits_GM.size(0); ++g) {
    const at::Tensor logits_M = logits_GM.select(0, g);
    const at::Tensor& keep_MS = golden("masks_sentence");
    const EsmScores scores =
        esm_scores({keep_MS.const_data_ptr<std::uint8_t>(), static_cast<std::size_t>(keep_MS.numel())},
                   {logits_M.const_data_ptr<double>(), static_cast<std::size_t>(logits_M.numel())},
                   sentences.targets[static_cast<std::size_t>(g)].size(), 0.01);
    // Coefficients are linear in the logit-probs: their tolerance is that of the log-probs.
    EXPECT_LT(largest_difference(at::tensor(scores.scores_S, at::kDouble), wanted.select(0, g)), log_prob_tolerance);
  }
}

/// The golden entry of a method on a kind of sources.
const json& entry_of(const json& target, const std::string& method, const std::string& kind) {
  for (const json& entry : target["methods"]) {
    if (entry["method"] == method && entry["sources"] == kind) return entry;
  }
  throw std::runtime_error("no golden metrics of " + method);
}

std::span<const double> values(const at::Tensor& tensor) {
  return {tensor.const_data_ptr<double>(), static_cast<std::size_t>(tensor.numel())};
}
std::span<const std::uint8_t> masks(const at::Tensor& tensor) {
  return {tensor.const_data_ptr<std::uint8_t>(), static_cast<std::size_t>(tensor.numel())};
}

TEST_P(SmolLm2Test, LdsFromStoredScoresAndMasksEqualsScipy) {
  for (const std::string kind : {"sentence", "token"}) {
    for (const std::string method : {"average_attention", "gradient"}) {
      const at::Tensor scores_GS = golden(method + "_" + kind).to(at::kDouble).contiguous();
      const at::Tensor logits_GM = golden("logit_probs_" + kind + "_sources").t().to(at::kDouble).contiguous();
      for (std::int64_t g = 0; g < scores_GS.size(0); ++g) {
        const json& wanted = entry_of(target_metrics(g), method, kind);
        const auto value =
            lds(masks(golden("masks_" + kind)), values(scores_GS.select(0, g)), values(logits_GM.select(0, g)));
        ASSERT_TRUE(value.has_value());
        EXPECT_NEAR(*value, wanted["lds"].get<double>(), 1e-9) << kind << " " << method << " " << g;
      }
    }
  }
}

TEST_P(SmolLm2Test, LdsAndDropsEqualFromEndToEnd) {
  std::vector<std::unique_ptr<Attributor>> attributors;
  attributors.push_back(make_head_average(Feature::attention));
  attributors.push_back(make_gradient());
  for (const std::string kind : {"sentence", "token"}) {
    Measurements shared = measurements(kind);
    ExampleEvaluationOptions options;
    options.lds_ablations = 2;
    const ExampleEvaluation evaluation = evaluate_example(shared, attributors, options);
    const at::Tensor logits_GM = outcomes(kind).logit_probs_GM.contiguous();
    for (const MethodEvaluation& method : evaluation.methods) {
      for (std::int64_t g = 0; g < logits_GM.size(0); ++g) {
        const json& wanted = entry_of(target_metrics(g), method.key, kind);
        const at::Tensor scores = method.scores_GS.select(0, g).contiguous();
        const auto value = lds(masks(golden("masks_" + kind)), values(scores), values(logits_GM.select(0, g)));
        ASSERT_TRUE(value.has_value());
        EXPECT_NEAR(*value, wanted["lds"].get<double>(), lds_tolerance) << kind << " " << method.key << " " << g;
        for (std::size_t i = 0; i < options.top_k.size(); ++i) {
          const json& cut = wanted["top_k"].at(i);
          ASSERT_EQ(cut["k"].get<std::int64_t>(), options.top_k[i]);
          std::vector<std::int64_t> best = top_k(values(scores), options.top_k[i]);
          std::sort(best.begin(), best.end());
          EXPECT_EQ(best, cut["ablated_sources"].get<std::vector<std::int64_t>>()) << kind << " " << method.key;
          EXPECT_NEAR(method.drops_GK[g][static_cast<std::int64_t>(i)].item<double>(), cut["drop"].get<double>(),
                      2 * log_prob_tolerance);
        }
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Examples, SmolLm2Test, ::testing::Range(std::size_t{0}, std::size_t{4}));

}  // namespace
}  // namespace at2
