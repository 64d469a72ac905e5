#include "report/lds_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "report/made_up_lds.h"
#include "report/markup_check.h"

namespace at2 {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(LdsTableTest, ARowHasWhatTheEstimatorWasTrainedWith) {
  LdsGroup group = lds_group_of({made_up_row("n500", 500, 0.5)});
  group.rows[0].trained->features = {"attention", "value_norm"};
  group.rows[0].trained->prior_strength = 0.25;
  group.rows[0].trained->nonzero_heads = 12;
  group.rows[0].difference = Estimate{-0.1, 0.02, -0.14, -0.06, 40};
  const Table table = lds_table(group.rows);
  EXPECT_THAT(table.header, ElementsAre("Estimator", "Features", "Prior", "Training examples", "Ablations each",
                                        "Heads", "LDS", "Difference [low, high]"));
  EXPECT_THAT(table.rows[0], ElementsAre("n500", "attention + value norm", "0.25", "500", "32", "12 of 270",
                                         "0.500 ± 0.020", "-0.100 [-0.140, -0.060] *"));
  group.rows[0].trained->prior_candidates = {0.25, 1};
  EXPECT_EQ(lds_table(group.rows).rows[0][2], "0.25 (chosen)");
}

TEST(LdsTableTest, AThetaThatIsNotThePapersSaysInWhat) {
  TrainedWith trained{{"attention"}, 0, {}, 8, 32, 270, 270};
  EXPECT_EQ(departure_from_paper(trained), "");
  trained.prior_strength = 0.5;
  EXPECT_EQ(departure_from_paper(trained),
            "AT2 is not quite the paper's in this run: its theta was drawn to equal weights by a prior of 0.5.");
  trained = {{"logit_contribution"}, 3, {1, 3}, 8, 32, 20, 270};
  EXPECT_EQ(
      departure_from_paper(trained),
      "AT2 is not quite the paper's in this run: its theta weighs logit contribution, was drawn to equal weights by "
      "a chosen prior of 3 and has 20 of 270 heads.");
}

TEST(LdsTableTest, AMethodHasNoTraining) {
  const LdsGroup group = lds_group_of({made_up_method("average_attention", 0.3)});
  EXPECT_THAT(lds_table(group.rows).rows[0],
              ElementsAre("average_attention", "–", "–", "–", "–", "–", "0.300 ± 0.020", "–"));
}

TEST(LdsTableTest, RecordsHaveACellForEveryColumnAndAllDigits) {
  LdsGroup group = lds_group_of({made_up_row("a", 100, 1.0 / 3), made_up_method("gradient", 0.1)});
  group.rows.push_back(made_up_row("undefined", 100, 0));
  group.rows.back().lds.reset();
  group.rows[1].difference = Estimate{-0.2, 0.01, -0.22, -0.18, 24};
  const Table records = lds_records(std::vector{group, group});
  ASSERT_EQ(records.rows.size(), 6U);
  for (const auto& row : records.rows) EXPECT_EQ(row.size(), records.header.size());
  EXPECT_EQ(records.rows[0][10], "0.3333333333333333");
  EXPECT_EQ(records.rows[1][4], "") << "a method weighs nothing";
  EXPECT_EQ(records.rows[1][16], "-0.2");
  EXPECT_EQ(records.rows[2][14], "0") << "no example has an LDS";
}

TEST(LdsTableTest, TheCaptionSaysWhatRowsAreComparedWith) {
  LdsGroup group = lds_group_of({made_up_row("a", 100, 0.5), made_up_row("b", 200, 0.5)});
  EXPECT_THAT(lds_caption(group), HasSubstr("over 24 examples. Difference: less a on"));
  group.rows[1].lds->count = 20;
  EXPECT_THAT(lds_caption(group), HasSubstr("over 20 to 24 examples"));
  group.rows.pop_back();
  EXPECT_EQ(lds_caption(group), "Mean LDS ± standard error over 24 examples.");
}

TEST(LdsTableTest, EveryGroupHasItsTitle) {
  LdsGroup other = lds_group_of({made_up_row("a", 100, 0.5)});
  other.sources = "sentence";
  const std::vector<LdsGroup> groups = {lds_group_of({made_up_row("a", 100, 0.5)}), other};
  EXPECT_EQ(lds_text(groups).find("HotpotQA, token sources\n"), 0U);
  EXPECT_THAT(lds_text(groups), HasSubstr("\n\nHotpotQA, sentence sources\n"));
  EXPECT_EQ(count_of(lds_markdown(groups), "## HotpotQA, "), 2U);
}

}  // namespace
}  // namespace at2
