#include "evaluate/lds.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "base/errors.h"
#include "evaluate/top_k_drop.h"

namespace at2 {
namespace {

using ::testing::ElementsAre;

const std::vector<std::uint8_t> kKeep_MS = {0, 0, 0, 1, 1, 0, 1, 1};

TEST(LdsTest, PerfectRankingScoresOne) {
  // The measurements need only rise with the sums 0, 1, 2, 3.
  EXPECT_DOUBLE_EQ(*lds(kKeep_MS, std::vector<double>{2, 1}, std::vector<double>{-90, -50, -49, 3}), 1);
}

TEST(LdsTest, ReversedRankingScoresMinusOne) {
  EXPECT_DOUBLE_EQ(*lds(kKeep_MS, std::vector<double>{-2, -1}, std::vector<double>{-90, -50, -49, 3}), -1);
}

TEST(LdsTest, IsUndefinedForOneSource) {
  EXPECT_FALSE(lds(std::vector<std::uint8_t>{0, 1}, std::vector<double>{1}, std::vector<double>{-2, -1}));
}

TEST(LdsTest, IsUndefinedForConstantScoresOrMeasurements) {
  EXPECT_FALSE(lds(kKeep_MS, std::vector<double>{0, 0}, std::vector<double>{-4, -3, -2, -1}));
  EXPECT_FALSE(lds(kKeep_MS, std::vector<double>{1, 2}, std::vector<double>{-4, -4, -4, -4}));
}

TEST(LdsTest, RefusesMasksOfAnotherSize) {
  EXPECT_THROW((void)lds(kKeep_MS, std::vector<double>{1, 2, 3}, std::vector<double>(4)), ContractViolation);
}

TEST(SumsOfKeptScoresTest, AddsKeptSourcesOnly) {
  EXPECT_THAT(sums_of_kept_scores(kKeep_MS, std::vector<double>{10, 1}), ElementsAre(0, 1, 10, 11));
}

TEST(TopKTest, EqualScoresGoToTheLowerIndex) {
  const std::vector<double> scores_S = {1, 5, 3, 5, 3};
  EXPECT_THAT(top_k(scores_S, 1), ElementsAre(1));
  EXPECT_THAT(top_k(scores_S, 3), ElementsAre(1, 3, 2));
}

TEST(TopKTest, LargeKTakesAll) {
  EXPECT_THAT(top_k(std::vector<double>{1, 2}, 10), ElementsAre(1, 0));
  EXPECT_THAT(top_k(std::vector<double>{1, 2}, 0), ElementsAre());
}

TEST(TopKTest, RefusesNan) {
  EXPECT_THROW((void)top_k(std::vector<double>{1, std::stod("nan")}, 1), ContractViolation);
}

TEST(KeepAllButTest, HidesExactlyTheGivenSources) {
  EXPECT_THAT(keep_all_but(std::vector<std::int64_t>{2, 0}, 4), ElementsAre(0, 1, 0, 1));
  EXPECT_THROW((void)keep_all_but(std::vector<std::int64_t>{4}, 4), ContractViolation);
}

}  // namespace
}  // namespace at2
