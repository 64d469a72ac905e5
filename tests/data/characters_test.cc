#include "data/characters.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace at2 {
namespace {

using ::testing::ElementsAre;

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

std::vector<std::string> texts(std::string_view text, const std::vector<CharRange>& ranges) {
  std::vector<std::string> parts;
  for (const CharRange& range : ranges) {
    parts.emplace_back(text.substr(static_cast<std::size_t>(range.begin), static_cast<std::size_t>(range.size())));
  }
  return parts;
}

TEST(CharactersTest, WordsAreWhatWhiteSpaceSeparates) {
  const std::string text = " Käse,\u00a0is\u3000good\n\ntea-time 東京 ";
  EXPECT_THAT(texts(text, split_words(text)), ElementsAre("Käse,", "is", "good", "tea-time", "東京"));
  EXPECT_THAT(split_words(" \n"), ElementsAre());
  EXPECT_THAT(split_words(""), ElementsAre());
}

TEST(CharactersTest, ParagraphsAreLinesWithText) {
  const std::string text = "  One. Two.\r\n\n \nThrée.\u2028Four. ";
  EXPECT_THAT(texts(text, split_paragraphs(text)), ElementsAre("One. Two.", "Thrée.", "Four."));
  EXPECT_THAT(split_paragraphs("\n \n"), ElementsAre());
}

}  // namespace
}  // namespace at2
