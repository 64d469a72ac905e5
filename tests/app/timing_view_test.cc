#include "app/timing_view.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "report/timing_table.h"
#include "support/test_files.h"

namespace at2 {
namespace {

using ::testing::HasSubstr;

Timings made_up_timings() {
  Timings timings{"model", "cpu, float32, 2 threads, AVX2", "token", {}};
  timings.examples.push_back(
      {"a", 100, 20, 90, 0, {{"Forward pass", {9, 1, 2}, 1e6}, {"AT2 (saved attention)", {0.5}, 2e6}}});
  timings.examples.push_back(
      {"b", 200, 21, 180, 0, {{"Forward pass", {4}, 3e6}, {"AT2 (saved attention)", {3, 2, 1}, std::nullopt}}});
  timings.examples.push_back(
      {"c", 100, 20, 90, 0, {{"Forward pass", {6, 8}, 2e6}, {"AT2 (saved attention)", {0.7}, 1e6}}});
  return timings;
}

TEST(TimingViewTest, TakesMediansOfRepeatsThenQuartilesOverExamples) {
  const TimingView view = timing_view(made_up_timings());
  EXPECT_EQ(view.examples, 3);
  EXPECT_EQ(view.mean_tokens, 154) << "of 120, 221 and 120";
  ASSERT_EQ(view.rows.size(), 2U);
  // Medians of the repeats: 2, 4, 7.
  EXPECT_DOUBLE_EQ(view.rows[0].seconds, 4);
  EXPECT_DOUBLE_EQ(view.rows[0].low, 3);
  EXPECT_DOUBLE_EQ(view.rows[0].high, 5.5);
  EXPECT_DOUBLE_EQ(view.rows[0].share_of_forward, 1);
  EXPECT_DOUBLE_EQ(view.rows[0].peak_bytes, 3e6);
  // 0.5, 2, 0.7, beside 2, 4, 7: shares 0.25, 0.5, 0.1.
  EXPECT_DOUBLE_EQ(view.rows[1].seconds, 0.7);
  EXPECT_DOUBLE_EQ(view.rows[1].share_of_forward, 0.25);
  EXPECT_TRUE(std::isnan(view.rows[1].peak_bytes)) << "one of them is not known";
}

TEST(TimingViewTest, TheFileGivesTheSameRows) {
  const TestFolder folder;
  EXPECT_FALSE(read_timing(folder.path()).has_value());
  write_timings(folder.path() / "timing.json", made_up_timings());
  const auto view = read_timing(folder.path());
  ASSERT_TRUE(view.has_value());
  EXPECT_EQ(timing_summary(*view), timing_summary(timing_view(made_up_timings())));
  EXPECT_THAT(timing_summary(*view), HasSubstr("3.0 MB"));
}

TEST(TimingViewTest, ADamagedFileIsNamed) {
  const TestFolder folder;
  const auto file = folder.write("timing.json", "{\"model\": 3");
  EXPECT_THAT(message_of([&] { static_cast<void>(read_timing(folder.path())); }), HasSubstr(file.string()));
  folder.write("timing.json", R"({"model": "m", "place": "p", "source_kind": "token", "examples": []})");
  EXPECT_THAT(message_of([&] { static_cast<void>(read_timing(folder.path())); }), HasSubstr("timings are missing"));
}

}  // namespace
}  // namespace at2
