#include "train/score_estimator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "base/errors.h"
#include "store/hdf5_writer.h"
#include "support/h5py.h"
#include "support/test_files.h"
#include "train/random_features.h"
#include "train/sparse_heads.h"

namespace at2 {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class ScoreEstimatorTest : public ::testing::Test {
 protected:
  TestFolder folder_;
  std::filesystem::path path_ = folder_.path() / "estimator.h5";
  RandomStream random_{5, "estimator"};
  EstimatorOrigin origin_ = {"f00d", "Tiny", "samples", "token", 32, 10, 25, 1000, 0.25, {0.25, 1}, "beef", "0.1.0"};
};

TEST_F(ScoreEstimatorTest, StartsAsAverageAttention) {
  const ScoreEstimator average(3, 4);
  const at::Tensor features = random_tensor({2, 5, 12}, random_);
  EXPECT_TRUE(at::allclose(average(features), features.mean(-1), 1e-5, 1e-7));
}

TEST_F(ScoreEstimatorTest, ContractsTheLastDimensionInTheArgumentsDtype) {
  const ScoreEstimator estimator(3, 4, random_tensor({3, 4}, random_));
  const at::Tensor features = random_tensor({2, 5, 12}, random_);
  const at::Tensor scores = estimator(features.to(at::kDouble));
  EXPECT_EQ(scores.sizes(), at::IntArrayRef({2, 5}));
  EXPECT_EQ(scores.scalar_type(), at::kDouble);
  EXPECT_TRUE(at::allclose(scores, (features * estimator.weight()).to(at::kDouble).sum(-1), 1e-5, 1e-6));
  EXPECT_EQ(estimator(features).scalar_type(), at::kFloat);
  EXPECT_THROW((void)estimator(random_tensor({2, 11}, random_)), ContractViolation);
}

TEST_F(ScoreEstimatorTest, ARowsScoreDoesNotDependOnOtherRows) {
  const ScoreEstimator estimator(3, 4, random_tensor({12}, random_));
  const at::Tensor features = random_tensor({40, 12}, random_);
  const at::Tensor together = estimator(features);
  for (std::int64_t row = 0; row < 40; ++row) EXPECT_TRUE(at::equal(estimator(features[row]), together[row]));
}

TEST_F(ScoreEstimatorTest, NormalizedWeightsSumToOneAndKeepTheirSigns) {
  const ScoreEstimator estimator(2, 2, at::tensor({1.0F, -2.0F, 0.0F, 5.0F}));
  EXPECT_TRUE(at::equal(estimator.normalized().weight(), at::tensor({0.125F, -0.25F, 0.0F, 0.625F})));
}

TEST_F(ScoreEstimatorTest, SavedAndLoadedItIsTheSame) {
  const ScoreEstimator estimator = ScoreEstimator(3, 4, random_tensor({3, 4}, random_)).normalized();
  save_estimator(path_, estimator, origin_);
  const StoredEstimator loaded = load_estimator(path_, "f00d");
  EXPECT_EQ(loaded.estimator.num_layers(), 3);
  EXPECT_EQ(loaded.estimator.num_heads(), 4);
  EXPECT_TRUE(at::allclose(loaded.estimator.weight(), estimator.weight(), 1e-6, 0));
  EXPECT_EQ(loaded.origin, origin_);
}

TEST_F(ScoreEstimatorTest, SeveralFeaturesComeBackInTheirOrder) {
  const std::vector<Feature> features = {Feature::logit_contribution, Feature::attention};
  const ScoreEstimator estimator = ScoreEstimator(3, 4, random_tensor({24}, random_), features).normalized();
  EXPECT_EQ(estimator.theta().sizes(), at::IntArrayRef({2, 3, 4}));
  save_estimator(path_, estimator, origin_);
  const StoredEstimator loaded = load_estimator(path_, "f00d");
  EXPECT_EQ(loaded.estimator.features(), features);
  EXPECT_EQ(loaded.estimator.num_layers(), 3);
  EXPECT_EQ(loaded.estimator.num_features(), 24);
  EXPECT_TRUE(at::allclose(loaded.estimator.weight(), estimator.weight(), 1e-6, 0));
}

TEST_F(ScoreEstimatorTest, OneFeatureOtherThanAttentionComesBack) {
  save_estimator(path_, ScoreEstimator(3, 4, random_tensor({12}, random_), {Feature::value_norm}), origin_);
  EXPECT_EQ(load_estimator(path_, "f00d").estimator.features(), std::vector{Feature::value_norm});
}

TEST_F(ScoreEstimatorTest, AnotherModelIsRefusedWithBothFingerprintsUnlessTold) {
  save_estimator(path_, ScoreEstimator(3, 4), origin_);
  EXPECT_THAT(message_of([&] { (void)load_estimator(path_, "cafe"); }),
              AllOf(HasSubstr("estimator.h5"), HasSubstr("f00d"), HasSubstr("cafe"), HasSubstr("--estimator")));
  EXPECT_EQ(load_estimator(path_, "cafe", ModelCheck::accept_any).origin, origin_);
}

TEST_F(ScoreEstimatorTest, FilesThatAreNoEstimatorAreNamed) {
  EXPECT_THAT(message_of([&] { (void)load_estimator(path_, "f00d"); }), HasSubstr("estimator.h5"));
  std::ofstream(path_) << "not HDF5";
  EXPECT_THAT(message_of([&] { (void)load_estimator(path_, "f00d"); }), HasSubstr("estimator.h5"));
  Hdf5Writer writer(path_);
  writer.write("theta", at::ones({3, 4}));
  writer.commit();
  EXPECT_THAT(message_of([&] { (void)load_estimator(path_, "f00d"); }),
              AllOf(HasSubstr("is no estimator"), HasSubstr("/provenance")));
}

TEST_F(ScoreEstimatorTest, PythonReadsThetaInTwoLines) {
  if (!has_h5py()) GTEST_SKIP() << "python3-h5py is not installed";
  save_estimator(path_, ScoreEstimator(2, 2, at::tensor({1.0F, -2.0F, 0.0F, 5.0F})), origin_);
  const char* const script =
      "import h5py, sys\n"
      "theta = h5py.File(sys.argv[1])['theta'][:]\n"
      "assert theta.tolist() == [[0.125, -0.25], [0.0, 0.625]]\n"
      "assert theta.dtype == 'float32'\n"
      "origin = h5py.File(sys.argv[1])['provenance'].attrs\n"
      "assert origin['num_examples'] == 10\n";
  EXPECT_EQ(run_python(folder_, script, path_), 0);
}

TEST(ShippedEstimatorsTest, AreOfOneModelAndWeighTheHeadsTheyAreToWeigh) {
  const std::filesystem::path folder = std::filesystem::path(AT2_SOURCE_DIR) / "data/estimators";
  const StoredEstimator paper = load_estimator(folder / "SmolLM2-135M-Instruct.Q4_1.h5", "", ModelCheck::accept_any);
  const StoredEstimator other =
      load_estimator(folder / "SmolLM2-135M-Instruct.Q4_1.logit_contribution.h5", paper.origin.model_fingerprint);
  EXPECT_EQ(paper.estimator.features(), std::vector{Feature::attention});
  EXPECT_EQ(other.estimator.features(), std::vector{Feature::logit_contribution});
  EXPECT_EQ(weighed_heads(paper.estimator).size(), 270U);
  EXPECT_EQ(weighed_heads(other.estimator).size(), 20U);
}

}  // namespace
}  // namespace at2
