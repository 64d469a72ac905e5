#include "report/format.h"

#include <gtest/gtest.h>

#include <limits>

namespace at2 {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

TEST(FixedTest, RoundsWithoutNegativeZero) {
  EXPECT_EQ(fixed(1.25, 1), "1.2");
  EXPECT_EQ(fixed(-0.001, 2), "0.00");
  EXPECT_EQ(fixed(-0.01, 2), "-0.01");
  EXPECT_EQ(fixed(kNaN, 2), "–");
}

TEST(ExactTest, ReadsBackAsTheSameDouble) {
  for (const double value : {0.1, 1.0 / 3, -2.5e-300, 123456789.125}) EXPECT_EQ(std::stod(exact(value)), value);
  EXPECT_EQ(exact(kNaN), "");
}

TEST(WithErrorTest, LeavesOutWhatIsUndefined) {
  EXPECT_EQ(with_error(Estimate{0.5, 0.125, 0, 1, 4}, 2), "0.50 ± 0.12");
  EXPECT_EQ(with_error(Estimate{0.5, kNaN, 0, 1, 1}, 2), "0.50");
  EXPECT_EQ(with_error(std::nullopt, 2), "–");
}

TEST(WithIntervalTest, AStarNeedsTenExamplesAndAnIntervalWithoutZero) {
  EXPECT_EQ(with_interval(Estimate{-0.5, 0.125, -0.75, -0.25, 10}, 2), "-0.50 [-0.75, -0.25] *");
  EXPECT_EQ(with_interval(Estimate{-0.5, 0.125, -0.75, -0.25, 9}, 2), "-0.50 [-0.75, -0.25]");
  EXPECT_EQ(with_interval(Estimate{-0.5, 0.5, -1, 0.25, 10}, 2), "-0.50 [-1.00, 0.25]");
  EXPECT_EQ(with_interval(std::nullopt, 2), "–");
}

TEST(CompactTest, KeepsThreeSignificantDigits) {
  EXPECT_EQ(compact(0), "0");
  EXPECT_EQ(compact(32), "32");
  EXPECT_EQ(compact(2.14159), "2.14");
  EXPECT_EQ(compact(-0.0012345), "-0.00123");
  EXPECT_EQ(compact(1234567.4), "1,234,567");
  EXPECT_EQ(compact(999.6), "1,000");
  EXPECT_EQ(compact(-1234), "-1,234");
}

TEST(DurationTextTest, ChoosesTheUnit) {
  EXPECT_EQ(duration_text(0.0123), "12.3 ms");
  EXPECT_EQ(duration_text(1.5), "1.5 s");
  EXPECT_EQ(duration_text(59.99), "1 min 00 s");
  EXPECT_EQ(duration_text(252), "4 min 12 s");
  EXPECT_EQ(duration_text(3725), "1 h 02 min");
}

TEST(DisplayWidthTest, CountsColumnsNotBytes) {
  EXPECT_EQ(display_width("abc"), 3U);
  EXPECT_EQ(display_width("± –"), 3U);
  EXPECT_EQ(display_width("注意"), 4U);
  EXPECT_EQ(display_width("e\u0301"), 1U);
  EXPECT_EQ(display_width("\xff"), 1U);
}

TEST(ShortenedTest, CutsBetweenCharacters) {
  EXPECT_EQ(shortened("attention", 9), "attention");
  EXPECT_EQ(shortened("attention", 5), "atte…");
  EXPECT_EQ(shortened("注意機構", 5), "注意…");
}

TEST(EscapeMarkupTest, EscapesWhatMarkupWouldRead) {
  EXPECT_EQ(escape_markup("<a href=\"x\" b='y'>&amp;"), "&lt;a href=&quot;x&quot; b=&#39;y&#39;&gt;&amp;amp;");
  EXPECT_EQ(escape_markup("größer\n\t注"), "größer\n\t注");
}

TEST(EscapeMarkupTest, BrokenUtf8AndControlCharactersAreReplaced) {
  EXPECT_EQ(escape_markup("a\xe2\x82z"), "a\uFFFD\uFFFDz");
  EXPECT_EQ(escape_markup("\xed\xa0\x80"), "\uFFFD\uFFFD\uFFFD");  // a surrogate
  EXPECT_EQ(escape_markup("\xc0\xaf"), "\uFFFD\uFFFD");            // an overlong slash
  EXPECT_EQ(escape_markup(std::string("\0\x1b", 2)), "\uFFFD\uFFFD");
}

TEST(SlugTest, IsSafeInFileNames) { EXPECT_EQ(slug("../ESM (32)"), "___esm__32_"); }

}  // namespace
}  // namespace at2
