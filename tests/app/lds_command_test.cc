#include "app/lds_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/evaluated_run.h"

namespace at2 {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

MeasuredMethod method_of(const std::string& key, const std::vector<double>& lds) {
  MeasuredMethod method{key, key + " shown", {}};
  for (const double value : lds) {
    method.examples.emplace_back();
    method.examples.back().lds_G = {value, value + 0.1};
  }
  return method;
}

class LdsGroupTest : public ::testing::Test {
 protected:
  LdsGroupTest() {
    const std::string a = write_estimator(files_.path() / "a.h5", {1, 0, 0, 0, 0, 0}).string();
    const std::string b = write_estimator(files_.path() / "b.h5", {1, 0, 0, 1, 0, 0}).string();
    estimators_ = load_lds_estimators(std::vector{a, b});
    kind_.methods = {method_of("a", {0.1, 0.2, 0.6}), method_of("b", {0.3, 0.4, 0.5}),
                     method_of("average_attention", {0, 0, 0})};
  }
  LdsGroup group(const std::optional<std::string>& baseline) const {
    return lds_group(kind_, estimators_, "Dolly", baseline, {});
  }

  TestFolder files_;
  std::vector<LdsEstimator> estimators_;
  MeasuredKind kind_;
};

TEST_F(LdsGroupTest, DifferencesAreToTheFirstEstimator) {
  const LdsGroup rows = group(std::nullopt);
  ASSERT_EQ(rows.rows.size(), 3U);
  EXPECT_FALSE(rows.rows[0].difference);
  EXPECT_NEAR(rows.rows[0].lds->mean, 0.35, 1e-12) << "over targets, then over examples";
  EXPECT_NEAR(rows.rows[1].difference->mean, 0.1, 1e-12);
  EXPECT_EQ(rows.rows[1].difference->count, 3);
  EXPECT_EQ(rows.rows[1].baseline, "a shown");
  EXPECT_EQ(rows.rows[1].trained->nonzero_heads, 2);
  EXPECT_FALSE(rows.rows[2].trained);
  EXPECT_EQ(rows.rows[2].method_key, "average_attention");
}

TEST_F(LdsGroupTest, AnyRowCanBeTheBaseline) {
  EXPECT_NEAR(group("b").rows[0].difference->mean, -0.1, 1e-12);
  EXPECT_FALSE(group("b").rows[1].difference);
  EXPECT_NEAR(group("average_attention").rows[0].difference->mean, 0.3, 1e-12);
}

TEST_F(LdsGroupTest, AnUnknownBaselineIsNamedWithTheNearestRow) {
  EXPECT_THAT(message_of([&] { group("averge_attention"); }),
              AllOf(HasSubstr("no row is called averge_attention"), HasSubstr("did you mean average_attention?")));
}

}  // namespace
}  // namespace at2
