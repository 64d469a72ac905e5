#include "model/draft.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace at2 {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::int64_t> draft(std::vector<std::int64_t> tokens, std::int64_t limit) {
  return draft_by_lookup(tokens, limit);
}

TEST(DraftTest, WhatFollowedTheSameTokensBeforeIsGuessed) {
  EXPECT_THAT(draft({1, 2, 3, 4, 5, 6, 1, 2, 3}, 2), ElementsAre(4, 5));
}

TEST(DraftTest, TheLatestOccurrenceCounts) { EXPECT_THAT(draft({1, 2, 3, 7, 1, 2, 3, 8, 1, 2, 3}, 1), ElementsAre(8)); }

TEST(DraftTest, ThreeTokensInCommonComeBeforeTwo) {
  EXPECT_THAT(draft({1, 2, 3, 7, 9, 2, 3, 8, 1, 2, 3}, 1), ElementsAre(7));
}

TEST(DraftTest, TwoTokensInCommonComeBeforeOne) {
  EXPECT_THAT(draft({2, 3, 8, 3, 9, 2, 3}, 1), ElementsAre(8));
  EXPECT_THAT(draft({3, 8, 3, 9, 2, 3}, 1), ElementsAre(9));
}

TEST(DraftTest, ATokenThatIsNewHasNoDraft) { EXPECT_THAT(draft({3, 8, 1, 2}, 1), IsEmpty()); }

TEST(DraftTest, ADraftMayRunIntoItsOwnBeginning) { EXPECT_THAT(draft({5, 5, 5, 5}, 3), ElementsAre(5)); }

TEST(DraftTest, NoDraftIsLongerThanTheLimit) {
  EXPECT_THAT(draft({1, 2, 3, 4, 1, 2}, 0), IsEmpty());
  EXPECT_THAT(draft({}, 4), IsEmpty());
  EXPECT_THAT(draft({1}, 4), IsEmpty());
}

TEST(DraftTest, LengthGrowsWithRightGuessesAndShrinksWithWrongOnes) {
  DraftLength length;
  const std::int64_t at_first = length.limit();
  length.update(at_first, at_first);
  EXPECT_GT(length.limit(), at_first);
  for (int i = 0; i < 10; ++i) length.update(length.limit(), 0);
  EXPECT_LT(length.limit(), at_first);
  const std::int64_t least = length.limit();
  EXPECT_GT(least, 0);
  length.update(0, 0);
  EXPECT_EQ(length.limit(), least) << "nothing guessed, nothing learnt";
}

}  // namespace
}  // namespace at2
