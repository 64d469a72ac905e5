// Several kinds of features, thetas of parts of what was measured, and their rows in one evaluation.
#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/hdf5_reader.h"
#include "support/tiny_run.h"
#include "train/score_estimator.h"

namespace at2 {
namespace {

using nlohmann::json;
using testing::CommandResult;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::TinyRun;

const std::string kAll = "--set ablate.features=[attention,value_norm,logit_contribution] --set store.shared=pool ";

StoredEstimator estimator_of(const TinyRun& tiny, const std::string& run) {
  return load_estimator(tiny.path() / run / "estimator.h5", "", ModelCheck::accept_any);
}

/// Measures all features, and trains theta on a part of them in another folder.
class FeaturesTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    tiny_ = new TinyRun(6, 2);
    ASSERT_EQ(tiny_->run("generate", 0, "all", kAll).exit_code, 0);
    ASSERT_EQ(tiny_->run("ablate", 0, "all", kAll).exit_code, 0);
    ASSERT_EQ(tiny_->run("train", 0, "all", kAll).exit_code, 0);
    const CommandResult part = tiny_->run("train", 2, "part", kAll + part_options());
    ASSERT_EQ(part.exit_code, 0) << part.output;
  }
  static void TearDownTestSuite() { delete tiny_; }
  static std::string part_options() {
    return "--set train.features=[logit_contribution] --set train.max_examples=3 --set train.max_ablations=4 "
           "--set train.prior_strength=0.125 ";
  }
  static TinyRun* tiny_;
};
TinyRun* FeaturesTest::tiny_ = nullptr;

TEST_F(FeaturesTest, ThetaOfAPartTellsWhichPart) {
  const StoredEstimator all = estimator_of(*tiny_, "all");
  EXPECT_EQ(all.estimator.features().size(), 3U);
  EXPECT_EQ(all.origin.num_examples, 6);
  EXPECT_EQ(all.origin.num_ablations, 8);
  const StoredEstimator part = estimator_of(*tiny_, "part");
  EXPECT_THAT(part.estimator.features(), ElementsAre(Feature::logit_contribution));
  EXPECT_EQ(part.origin.num_examples, 3);
  EXPECT_EQ(part.origin.num_ablations, 4);
  EXPECT_EQ(part.origin.prior_strength, 0.125);
}

TEST_F(FeaturesTest, AReportSaysInWhatThetaIsNotThePapers) {
  const CommandResult report = tiny_->run("report", 0, "part", kAll + part_options() + "--set evaluate.sources=[]");
  ASSERT_EQ(report.exit_code, 0) << report.output;
  std::ifstream file(tiny_->path() / "part/metrics.json");
  EXPECT_THAT(json::parse(file)["notes"].dump(),
              HasSubstr("its theta weighs logit contribution and was drawn to equal weights by a prior of 0.125."));
}

TEST_F(FeaturesTest, AStrengthOfThePriorCanBeChosen) {
  const CommandResult chosen =
      tiny_->run("train", 2, "chosen", kAll + "--set train.prior_candidates=[0.01,1] --set train.steps=20");
  ASSERT_EQ(chosen.exit_code, 0) << chosen.output;
  EXPECT_THAT(chosen.output, HasSubstr("train: the prior has strength "));
  EXPECT_THAT(chosen.output, HasSubstr(" with 0.01, "));
  const EstimatorOrigin origin = estimator_of(*tiny_, "chosen").origin;
  EXPECT_THAT(origin.prior_candidates, ElementsAre(0.01, 1));
  EXPECT_THAT(origin.prior_candidates, ::testing::Contains(origin.prior_strength));
  EXPECT_EQ(Hdf5Reader(tiny_->path() / "chosen/training.h5").read("prior_loss").numel(), 2);
}

TEST_F(FeaturesTest, AskingForAllThereIsChangesNothing) {
  const CommandResult again = tiny_->run(
      "train", 0, "same",
      kAll + "--set train.features=[attention,value_norm,logit_contribution] " + "--set train.max_ablations=8");
  EXPECT_EQ(again.exit_code, 0);
  EXPECT_THAT(again.output, HasSubstr("the estimator is there already")) << "it is the same one";
}

TEST_F(FeaturesTest, OtherEstimatorsHaveRowsAndFeaturesAreKept) {
  const std::string options =
      kAll + "--set evaluate.estimators=[part] --set evaluate.store_features=true --set evaluate.sources=[sentence] ";
  for (const char* stage : {"generate", "evaluate", "report"}) {
    const CommandResult done = tiny_->run(stage, stage == std::string("evaluate") ? 2 : 0, "all2", options);
    ASSERT_EQ(done.exit_code, 0) << done.output;
  }
  std::ifstream file(tiny_->path() / "all2/metrics.json");
  const json metrics = json::parse(file);
  const auto row = std::find_if(metrics["methods"].begin(), metrics["methods"].end(),
                                [](const json& method) { return method["key"] == "at2_part"; });
  ASSERT_NE(row, metrics["methods"].end());
  EXPECT_EQ((*row)["method"], "AT2 (part)");
  const Hdf5Reader shard(tiny_->path() / "all2/scores/chunk-00000.h5");
  const std::string place = "examples/000000/sentence/";
  EXPECT_THAT(shard.read_texts(place + "feature_kinds"), ElementsAre("attention", "value_norm", "logit_contribution"));
  const at::Tensor features_GSF = shard.read(place + "features_GSF");
  const std::int64_t width = features_GSF.size(2) / 3;
  const at::Tensor scores_GS = estimator_of(*tiny_, "part").estimator(features_GSF.narrow(2, 2 * width, width));
  EXPECT_TRUE(at::equal(scores_GS.to(at::kDouble), shard.read(place + "methods/at2_part/scores_GS")))
      << "scores are the product of the kept features with theta";
}

TEST_F(FeaturesTest, EstimatorsThatCannotBeUsedAreRefusedByName) {
  const auto output = [&](const std::string& out, const std::string& options) {
    return tiny_->run("generate", 0, out, kAll + options).output;
  };
  EXPECT_THAT(output("x", "--set evaluate.estimators=[nowhere]"), HasSubstr("evaluate.estimators has nowhere"));
  EXPECT_THAT(output("y", "--set evaluate.estimators=[part,part/estimator.h5]"),
              HasSubstr("another row is called part"));
}

TEST_F(FeaturesTest, MoreExamplesThanHaveATargetAreRefused) {
  const CommandResult result = tiny_->run("train", 2, "many", kAll + "--set train.max_examples=7");
  EXPECT_NE(result.exit_code, 0);
  EXPECT_THAT(result.output, HasSubstr("only 6 training examples have a target"));
}

}  // namespace
}  // namespace at2
