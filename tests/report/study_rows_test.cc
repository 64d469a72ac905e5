#include "report/study_rows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "report/made_up_results.h"
#include "report/study_figures.h"

namespace at2 {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(MeanOfMeansTest, IsTheMeanWithTheRootOfTheSummedSquares) {
  const Estimate all = mean_of_means(std::vector<Estimate>{{1, 0.3, 0, 0, 10}, {3, 0.4, 0, 0, 30}});
  EXPECT_DOUBLE_EQ(all.mean, 2);
  EXPECT_DOUBLE_EQ(all.standard_error, 0.25);
  EXPECT_DOUBLE_EQ(all.low, 2 - 1.96 * 0.25);
  EXPECT_EQ(all.count, 40);
}

TEST(MeanOfMeansTest, OneSetKeepsItsOwnInterval) {
  EXPECT_EQ(mean_of_means(std::vector<Estimate>{{1, 0.3, 0.2, 1.5, 10}}).low, 0.2);
}

RunResults run_on(const std::string& set, double lds) {
  RunResults run;
  run.name = "run " + set;
  run.model = "M";
  run.evaluation_set = set;
  run.rows = {
      made_up_row("at2", "AT2", "token", made_up_estimate(lds, 0.02), {{5, made_up_estimate(2, 0.2)}}, {1, 0, 1}),
      made_up_row("esm_32", "ESM (32)", "token", made_up_estimate(lds / 2, 0.02), {}, {32, 0, 1})};
  return run;
}

TEST(StudyRowsTest, TheFirstOfTwoEqualRowsIsTakenAndTheOtherReported) {
  const std::vector<RunResults> runs = {run_on("A", 0.5), run_on("A", 0.9)};
  const StudyRows rows = study_rows(runs);
  EXPECT_EQ(rows.rows.size(), 2U);
  EXPECT_EQ(find_row(rows, "M", "A", "token", "at2")->lds->mean, 0.5);
  ASSERT_EQ(rows.left_out.size(), 2U);
  EXPECT_THAT(rows.left_out[0], HasSubstr("AT2 with token sources on A"));
}

TEST(StudyRowsTest, MeanGoesOverAllSetsOfAModel) {
  const std::vector<RunResults> runs = {run_on("A", 0.4), run_on("B", 0.6)};
  const auto value = mean_over_sets(study_rows(runs), "M", "token", "at2", {}, Side::value);
  ASSERT_TRUE(value);
  EXPECT_DOUBLE_EQ(value->mean, 0.5);
  EXPECT_NEAR(value->standard_error, 0.02 / std::sqrt(2), 1e-12);
}

TEST(StudyRowsTest, NoMeanWhereASetLacksTheMethod) {
  std::vector<RunResults> runs = {run_on("A", 0.4), run_on("B", 0.6)};
  runs[1].rows.pop_back();
  EXPECT_FALSE(mean_over_sets(study_rows(runs), "M", "token", "esm_32", {}, Side::value));
  EXPECT_FALSE(mean_over_sets(study_rows(runs), "M", "token", "at2", {3}, Side::value));
}

TEST(StudyRowsTest, SetsThatLackAMethodAreLeftOutWhereOthersHaveAll) {
  std::vector<RunResults> runs = {run_on("A", 0.4), run_on("B", 0.6)};
  runs[1].rows.pop_back();
  const StudyRows complete = of_complete_sets(study_rows(runs));
  EXPECT_THAT(data_sets_of(complete, "M"), ElementsAre("A"));
  runs[0].rows.erase(runs[0].rows.begin());
  EXPECT_THAT(data_sets_of(of_complete_sets(study_rows(runs)), "M"), ElementsAre("A", "B"));
}

TEST(StudyRowsTest, At2IsTaskSpecificBesideTheGeneralOne) {
  std::vector<RunResults> runs = {run_on("A", 0.4)};
  EXPECT_EQ(methods_of(study_rows(runs))[0].label, "AT2");
  runs[0].rows.push_back(made_up_row("at2_general", "AT2 (general)", "token", std::nullopt, {}, {1, 0, 1}));
  const auto methods = methods_of(study_rows(runs));
  EXPECT_EQ(methods[0].label, "AT2 (task-specific)");
  EXPECT_EQ(methods[1].label, "AT2 (general)");
  EXPECT_EQ(methods[2].key, "esm_32");
}

TEST(StudyRowsTest, KindsGoFromFineToCoarse) {
  RunResults run = made_up_results();
  run.rows.front().sources = "passage";
  EXPECT_THAT(kinds_of(study_rows(std::vector<RunResults>{run})), ElementsAre("token", "sentence", "passage"));
}

TEST(NamedFiguresTest, NamesAreUnique) {
  std::vector<StudyFigure> figures(4);
  for (StudyFigure& figure : figures) figure.name = "figure_6";
  figures[0].variant = "Model-1 (x)";
  figures[1].variant = figures[2].variant = "B";
  figures[3].name = "figure_5";
  figures = named_figures(std::move(figures));
  EXPECT_EQ(figures[0].name, "figure_6_model_1_x");
  EXPECT_EQ(figures[1].name, "figure_6_b");
  EXPECT_EQ(figures[2].name, "figure_6_b_2");
  EXPECT_EQ(figures[3].name, "figure_5");
}

const StudyFigure& figure_named(const std::vector<StudyFigure>& figures, const std::string& name) {
  return *std::find_if(figures.begin(), figures.end(), [&](const StudyFigure& figure) { return figure.name == name; });
}

TEST(StudyFiguresTest, TableOfMeansHasFullPrecisionAndDifferences) {
  const std::vector<RunResults> runs = made_up_study();
  const std::vector<StudyFigure> figures = study_figures(runs, {});
  const Table& numbers = figure_named(figures, "figure_4a").numbers;
  // The first model's average attention with token sources: 0.35 + 0.2 * (0, 0.04, 0.08, 0.12) on four data sets.
  const auto row = std::find_if(numbers.rows.begin(), numbers.rows.end(), [](const std::vector<std::string>& cells) {
    return cells[2] == "average_attention" && cells[4] == "lds";
  });
  ASSERT_NE(row, numbers.rows.end());
  EXPECT_NEAR(std::stod((*row)[5]), 0.362, 1e-12);
  EXPECT_NEAR(std::stod((*row)[6]), 0.02 / 2, 1e-12);
  EXPECT_EQ((*row)[7], "4");
  EXPECT_NEAR(std::stod((*row)[9]), 0.35 - 0.62, 1e-12);
}

TEST(StudyFiguresTest, CaptionsSayModelsDataSetsAndErrorBars) {
  const std::vector<RunResults> runs = made_up_study();
  const std::vector<StudyFigure> figures = study_figures(runs, {});
  const std::string& caption = figure_named(figures, "figure_4a").caption;
  EXPECT_THAT(
      caption,
      HasSubstr(
          "Llama-3.1-8B-Instruct and Phi-3.5-mini-instruct on CNN DailyMail (24 examples), HotpotQA (24 examples)"));
  EXPECT_THAT(caption, HasSubstr("Error bars: one standard error"));
}

TEST(StudyFiguresTest, FiguresFollowThePaper) {
  const std::vector<RunResults> runs = made_up_study();
  std::vector<std::string> labels;
  for (const StudyFigure& figure : study_figures(runs, {})) {
    if (labels.empty() || labels.back() != figure.label) labels.push_back(figure.label);
  }
  EXPECT_THAT(labels, ElementsAre("Figure 1", "Figure 2", "Figure 3", "Figure 4a", "Figure 4b", "Figure 4c", "Figure 5",
                                  "Figure 6", "Figures 7–14", "Figures 15–18", "Figures 19–22", "Figures 23–24", "Cost",
                                  "Table"));
}

TEST(StudyFiguresTest, HeadWithTheHighestCoefficientStandsBesideTheLowest) {
  const std::vector<RunResults> runs = {made_up_results()};
  const std::vector<StudyFigure> figures = study_figures(runs, {});
  const std::string& html = figure_named(figures, "figure_2").html;
  EXPECT_THAT(html, HasSubstr("layer 19, head 4: coefficient 0.0312"));
  EXPECT_THAT(html, HasSubstr("layer 25, head 8: coefficient 0.00001"));
  EXPECT_THAT(html, ::testing::Not(HasSubstr("layer 6, head 2")));
  EXPECT_THAT(figure_named(figures, "figure_1").html, HasSubstr("layer 6, head 2: coefficient -0.00002"));
}

}  // namespace
}  // namespace at2
