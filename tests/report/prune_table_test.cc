#include "report/prune_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "report/timing_table.h"

namespace at2 {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

PruneView made_up_view() {
  const Estimate f1{0.5, 0.125, 0.25, 0.75, 4};
  const Estimate exact{0.25, 0.25, 0, 0.75, 4};
  return {{{"Whole context", std::nullopt, f1, exact, 1, 3}, {"AT2", 2, f1, exact, 0.504, 0}}, 4, 3};
}

TEST(PruneTableTest, RowsHaveScoresWithErrorsAndWhatIsLeft) {
  const Table table = prune_table(made_up_view());
  ASSERT_EQ(table.rows.size(), 2U);
  EXPECT_THAT(table.rows[0], ElementsAre("Whole context", "–", "0.500 ± 0.125", "0.250 ± 0.250", "100 %", "3"));
  EXPECT_THAT(table.rows[1], ElementsAre("AT2", "2", "0.500 ± 0.125", "0.250 ± 0.250", "50 %", "0"));
  EXPECT_THAT(prune_summary(made_up_view()), HasSubstr("over 4 examples"));
}

TEST(PruneTableTest, RecordsHaveALineForEachMetricInFullPrecision) {
  const Table table = prune_records(made_up_view());
  ASSERT_EQ(table.rows.size(), 4U);
  EXPECT_THAT(table.rows[0], ElementsAre("Whole context", "", "f1", "0.5", "0.125", "0.25", "0.75", "4", "1", "3"));
  EXPECT_THAT(table.rows[3], ElementsAre("AT2", "2", "exact_match", "0.25", "0.25", "0", "0.75", "4", "0.504", "0"));
}

TEST(PruneTableTest, UnmarkedAnswersAreCountedAndSaidWhatTheyCountAs) {
  PruneView view = made_up_view();
  EXPECT_THAT(unmarked_note(view), HasSubstr("3 responses"));
  EXPECT_THAT(unmarked_note(view), HasSubstr("count as no answer"));
  view.unmarked = UnmarkedAnswer::response;
  EXPECT_THAT(unmarked_note(view), HasSubstr("count as answers as a whole"));
  view.unmarked_answers = 0;
  EXPECT_EQ(unmarked_note(view), "");
}

TEST(TimingTableTest, RowsHaveTimesShareAndMemoryWhereItIsKnown) {
  const TimingView view{{{"Forward pass", 0.5, 0.25, 0.75, 1, 12e6}, {"AT2", 0.02, 0.01, 0.03, 0.04, NAN}},
                        8,
                        300,
                        "cpu, float32, 2 threads, AVX2"};
  const Table table = timing_table(view);
  EXPECT_THAT(table.rows[0], ElementsAre("Forward pass", "500 ms", "250 ms to 750 ms", "1", "12.0 MB"));
  EXPECT_THAT(table.rows[1], ElementsAre("AT2", "20 ms", "10 ms to 30 ms", "0.04", "–"));
  EXPECT_THAT(timing_summary(view), HasSubstr("8 examples of 300 tokens on average; cpu, float32, 2 threads, AVX2"));
}

}  // namespace
}  // namespace at2
