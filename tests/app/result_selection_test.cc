#include "app/result_selection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/test_files.h"

namespace at2 {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const std::vector<std::string> kMeasured = {"at2", "esm_32", "gradient", "esm_64"};

ResultSelection of_methods(std::vector<std::string> methods, Unmeasured unmeasured = Unmeasured::refuse) {
  ResultSelection selection;
  selection.methods = std::move(methods);
  selection.unmeasured = unmeasured;
  return selection;
}

TEST(SelectedMethodsTest, NothingSelectedIsAll) { EXPECT_EQ(selected_methods({}, kMeasured, "runs/x"), kMeasured); }

TEST(SelectedMethodsTest, ComeInTheOrderAskedFor) {
  EXPECT_THAT(selected_methods(of_methods({"gradient", "esm", "at2", "esm_32"}), kMeasured, "runs/x"),
              ElementsAre("gradient", "esm_32", "esm_64", "at2"));
}

TEST(SelectedMethodsTest, AnUnmeasuredOneIsRefusedWithThoseThatWere) {
  const std::string message =
      message_of([] { static_cast<void>(selected_methods(of_methods({"esm_128"}), kMeasured, "runs/x")); });
  EXPECT_THAT(message, HasSubstr("esm_128 was not measured in runs/x"));
  EXPECT_THAT(message, HasSubstr("at2, esm_32, gradient, esm_64"));
  EXPECT_THAT(selected_methods(of_methods({"at2_general", "at2"}, Unmeasured::skip), kMeasured, ""),
              ElementsAre("at2"));
}

TEST(SelectedMethodsTest, AnUnknownOneIsRefusedInAnyCase) {
  for (const char* word : {"shap", "esm_", "esm_x", ""}) {
    EXPECT_THAT(
        message_of([&] { static_cast<void>(selected_methods(of_methods({word}, Unmeasured::skip), kMeasured, "")); }),
        HasSubstr("is not known"))
        << word;
  }
}

TEST(SelectedTopKTest, EveryOneMustHaveBeenMeasured) {
  ResultSelection selection;
  EXPECT_THAT(selected_top_k(selection, {1, 3}, "runs/x"), ElementsAre(1, 3));
  selection.top_k = {3, 5};
  selection.unmeasured = Unmeasured::skip;
  EXPECT_THAT(message_of([&] {
                static_cast<void>(selected_top_k(selection, {1, 3}, "runs/x"));
              }),
              HasSubstr("the top-5 drop was not measured in runs/x (measured: 1, 3)"));
}

TEST(SelectionOfTest, TakesMethodsAndNumbersFromTheConfig) {
  RunOptions options;
  options.evaluate.methods = {Method::esm, Method::at2_general};
  options.evaluate.esm_ablations = {32, 256};
  options.report.interval = 0.9;
  const ResultSelection selection = selection_of(options);
  EXPECT_THAT(selection.methods, ElementsAre("esm_32", "esm_256", "at2_general"));
  EXPECT_EQ(selection.confidence, 0.9);
}

}  // namespace
}  // namespace at2
