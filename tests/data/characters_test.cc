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
  EXPECT_EQ(strip("\u00a0\u3000\x1c a\u2003b\u2029\xC2\x85"), "a\u2003b");
  EXPECT_EQ(strip("\u200bzero width is no space\u200b"), "\u200bzero width is no space\u200b");
}

}  // namespace
}  // namespace at2
