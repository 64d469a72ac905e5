#include "report/metrics_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "report/made_up_results.h"

namespace at2 {
namespace {

using nlohmann::ordered_json;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(MetricsJsonTest, DoublesReadBackAsTheSameBits) {
  RunResults results = made_up_results();
  results.rows[0].lds->mean = 1.0 / 3;
  const auto read = ordered_json::parse(metrics_json_text(results));
  EXPECT_EQ(read["methods"][0]["lds"]["mean"].get<double>(), 1.0 / 3);
  EXPECT_EQ(read["methods"][0]["top_k_drop"]["5"]["mean"].get<double>(), 6.2);
  EXPECT_EQ(read["training_loss"].get<std::vector<double>>(), results.training_loss);
  EXPECT_EQ(read["counts"]["skipped"]["empty context"], 1);
}

TEST(MetricsJsonTest, ReadingAndWritingAgainChangesNothing) {
  const std::string text = metrics_json_text(made_up_results());
  EXPECT_EQ(ordered_json::parse(text).dump(2) + "\n", text);
}

TEST(MetricsJsonTest, UndefinedIsNull) {
  RunResults results = made_up_results();
  results.rows[0].lds->standard_error = std::nan("");
  const ordered_json metrics = metrics_json(results);
  EXPECT_TRUE(metrics["methods"][0]["lds"]["standard_error"].is_null());
  EXPECT_TRUE(metrics["methods"][6]["lds"].is_null());
}

TEST(MetricsJsonTest, TimesStandInTimingObjectsOnly) {
  RunResults slow = made_up_results();
  for (MethodRow& row : slow.rows) row.seconds *= 2;
  for (StageRow& stage : slow.stages) stage.seconds += 100;
  EXPECT_NE(metrics_json(slow), metrics_json(made_up_results()));
  EXPECT_EQ(without_timing(metrics_json(slow)).dump(), without_timing(metrics_json(made_up_results())).dump());
  EXPECT_THAT(without_timing(metrics_json(slow)).dump(), Not(HasSubstr("seconds")));
  EXPECT_THAT(without_timing(metrics_json(slow)).dump(), HasSubstr("forward_passes"));
}

TEST(MetricsJsonTest, HasDifferencesMaskErrorsAndForwardEquivalents) {
  RunResults results = made_up_results();
  results.confidence = 0.9;
  results.rows[1].lds_over_at2 = Estimate{-0.25, 0.05, -0.35, -0.15, 24};
  results.rows[1].drop_over_at2_by_k[5] = Estimate{-4.5, 2.5, -9, 0.5, 24};
  results.rows[1].lds_mask_error = 0.0125;
  const ordered_json metrics = metrics_json(results);
  EXPECT_EQ(metrics["confidence"], 0.9);
  const ordered_json& row = metrics["methods"][1];
  EXPECT_EQ(row["key"], "average_attention");
  EXPECT_EQ(row["lds_over_at2"]["low"], -0.35);
  EXPECT_EQ(row["top_k_drop_over_at2"]["5"]["mean"], -4.5);
  EXPECT_EQ(row["lds_mask_error"], 0.0125);
  EXPECT_TRUE(metrics["methods"][0]["lds_over_at2"].is_null());
  EXPECT_DOUBLE_EQ(metrics["methods"][2]["forward_equivalents"].get<double>(), 2.1 + 2 * 2.1);
}

TEST(MetricsJsonTest, BrokenUtf8IsReplaced) {
  RunResults results = made_up_results();
  results.notes = {"broken \xff"};
  EXPECT_EQ(ordered_json::parse(metrics_json_text(results))["notes"][0], "broken \uFFFD");
}

}  // namespace
}  // namespace at2
