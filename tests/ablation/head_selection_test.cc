#include "ablation/head_selection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace at2 {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

HeadSelection heads(const std::vector<std::int64_t>& chosen) { return {chosen, 3, 4}; }

TEST(HeadSelectionTest, ALayerHasItsOwnHeadsInOrder) {
  const HeadSelection some = heads({11, 8, 1, 8});
  EXPECT_THAT(some.of_layer(0, 4), ElementsAre(1));
  EXPECT_THAT(some.of_layer(1, 4), IsEmpty());
  EXPECT_THAT(some.of_layer(2, 4), ElementsAre(0, 3));
}

TEST(HeadSelectionTest, WithoutAChoiceAllAreRead) {
  EXPECT_TRUE(HeadSelection().is_all());
  EXPECT_THAT(HeadSelection().of_layer(7, 3), ElementsAre(0, 1, 2));
}

TEST(HeadSelectionTest, AllHeadsByNameAreAllHeads) {
  EXPECT_EQ(heads({0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}), HeadSelection());
  EXPECT_FALSE(heads({0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10}).is_all());
  EXPECT_FALSE(heads({}).is_all());
}

TEST(HeadSelectionTest, AUnionHasTheHeadsOfBoth) {
  EXPECT_EQ(heads({1, 5}).united_with(heads({5, 9})), heads({1, 5, 9}));
  EXPECT_TRUE(heads({1}).united_with({}).is_all());
  EXPECT_TRUE(HeadSelection().united_with(heads({1})).is_all());
  EXPECT_TRUE(heads({0, 1, 2, 3, 4, 5}).united_with(heads({6, 7, 8, 9, 10, 11})).is_all());
}

}  // namespace
}  // namespace at2
