#include "data/characters.h"

#include <gtest/gtest.h>

namespace at2 {
namespace {

TEST(CharactersTest, CharactersAreCodePoints) {
  EXPECT_EQ(count_characters(""), 0);
  EXPECT_EQ(count_characters("a€🙂e\u0301"), 5);
}

TEST(CharactersTest, StripTakesWhiteSpaceFromBothEndsOnly) {
  EXPECT_EQ(strip("\r\n a  b\t\v"), "a  b");
  EXPECT_EQ(strip(" \n "), "");
}

}  // namespace
}  // namespace at2
