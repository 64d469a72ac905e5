#include "app/lds_estimators.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/evaluated_run.h"
#include "app/examples_file.h"

namespace at2 {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

const std::vector<float> kWeights = {1, 2, 3, 4, 5, 6};

std::vector<std::string> names_of(const std::vector<std::string>& words) {
  std::vector<std::string> names;
  for (const LdsEstimator& estimator : load_lds_estimators(words)) names.push_back(estimator.name);
  return names;
}

class LdsEstimatorsTest : public ::testing::Test {
 protected:
  /// An estimator in a run folder of its own. \return the folder
  [[nodiscard]] std::string trained_run(const std::string& name) const {
    files_.write(name + "/config.yaml", dump_options(made_up_options()));
    write_estimator(files_.path() / name / "estimator.h5", kWeights);
    return (files_.path() / name).string();
  }

  TestFolder files_;
};

TEST_F(LdsEstimatorsTest, ANameIsThatOfTheRunFolderElseOfTheFile) {
  const std::string run = trained_run("n100");
  const std::string file = write_estimator(files_.path() / "loose/other.h5", kWeights).string();
  const std::string bare = write_estimator(files_.path() / "bare/estimator.h5", kWeights).string();
  EXPECT_THAT(names_of({run, file, bare}), ElementsAre("n100", "other", "estimator"));
  EXPECT_THAT(names_of({run + "/"}), ElementsAre("n100"));
  EXPECT_THAT(names_of({run + "/estimator.h5"}), ElementsAre("n100"));
}

TEST_F(LdsEstimatorsTest, EqualNamesAreToldApartByWhatWasTyped) {
  const std::string one = trained_run("one/n100");
  const std::string two = trained_run("two/n100");
  const std::string third = trained_run("two/n200");
  EXPECT_THAT(names_of({one, two, third}), ElementsAre(one, two, "n200"));
  EXPECT_THAT(message_of([&] { names_of({one, one}); }), HasSubstr("is named twice"));
}

TEST_F(LdsEstimatorsTest, AFolderWithoutAnEstimatorIsRefused) {
  files_.write("empty/config.yaml", "");
  EXPECT_THAT(message_of([&] { names_of({(files_.path() / "empty").string()}); }),
              AllOf(HasSubstr("has no estimator"), HasSubstr("at2 train")));
}

TEST_F(LdsEstimatorsTest, AHeadCountsOnceWhateverNumberOfItsFeaturesIsUsed) {
  const std::vector<Feature> both = {Feature::attention, Feature::value_norm};
  const auto path = write_estimator(files_.path() / "a.h5", {1, 0, 0, 0, 0, 2, 3, 0, 0, 4, 0, 0}, both);
  const TrainedWith trained = trained_with(load_lds_estimators(std::vector{path.string()}).front().stored);
  EXPECT_THAT(trained.features, ElementsAre("attention", "value_norm"));
  EXPECT_EQ(trained.heads, 6);
  EXPECT_EQ(trained.nonzero_heads, 3) << "heads 0, 3 and 5";
  EXPECT_EQ(trained.examples, 100);
  EXPECT_EQ(trained.ablations, 32);
}

TEST_F(LdsEstimatorsTest, AnEstimatorOfAnotherModelIsRefusedByTheRunsOwn) {
  const MadeUpRun run;
  const auto mine = load_lds_estimators(std::vector{trained_run("mine")});
  write_estimator(run.folder().estimator(), kWeights, {Feature::attention}, "model a");
  EXPECT_EQ(message_of([&] { require_model_of_run(run.folder().root(), mine); }), "");
  write_estimator(run.folder().estimator(), kWeights, {Feature::attention}, "model b");
  EXPECT_THAT(message_of([&] { require_model_of_run(run.folder().root(), mine); }),
              AllOf(HasSubstr("belongs to another model"), HasSubstr("model a"), HasSubstr("model b")));
}

TEST_F(LdsEstimatorsTest, ARunWithoutAnEstimatorTellsItsModelByItsResponses) {
  const MadeUpRun run;
  const auto mine = load_lds_estimators(std::vector{trained_run("mine")});
  EXPECT_EQ(message_of([&] { require_model_of_run(run.folder().root(), mine); }), "") << "nothing to compare with";
  Example example;
  example.id = "e0";
  std::filesystem::create_directories(run.folder().examples(Split::evaluation).parent_path());
  write_chosen(run.folder().examples(Split::evaluation), "choice", {{example}, {}});
  const auto add = [&](const std::string& model) {
    const std::string print = responses_fingerprint(run.options(), model, fingerprint_of({example}));
    run.add_shard(run.folder().responses(Split::evaluation), made_up_header("responses", print, 0, 1, 1));
  };
  add("model a");
  EXPECT_EQ(message_of([&] { require_model_of_run(run.folder().root(), mine); }), "");
  add("model b");
  EXPECT_THAT(message_of([&] { require_model_of_run(run.folder().root(), mine); }),
              AllOf(HasSubstr("belongs to another model"), HasSubstr("model a")));
}

}  // namespace
}  // namespace at2
