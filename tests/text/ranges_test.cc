#include "text/ranges.h"

#include <gtest/gtest.h>

#include "base/errors.h"

namespace at2 {
namespace {

// "The cat sat" with leading spaces in the tokens.
const std::vector<CharRange> kWords = {{0, 3}, {3, 7}, {7, 11}};

TEST(TokensOfTest, AWordIsItsToken) { EXPECT_EQ(tokens_of(kWords, {4, 7}), (TokenRange{1, 2})); }

TEST(TokensOfTest, ATokenOverTheBorderBelongsToBothSides) {
  EXPECT_EQ(tokens_of(kWords, {0, 5}), (TokenRange{0, 2}));
  EXPECT_EQ(tokens_of(kWords, {5, 11}), (TokenRange{1, 3}));
}

TEST(TokensOfTest, TheWholeTextIsAllTokens) { EXPECT_EQ(tokens_of(kWords, {0, 11}), (TokenRange{0, 3})); }

TEST(TokensOfTest, OfACutLastCharacterOnlyTheFirstTokenCounts) {
  const std::vector<CharRange> cut = {{0, 1}, {1, 4}, {1, 4}, {4, 5}};
  EXPECT_EQ(tokens_of(cut, {0, 4}), (TokenRange{0, 2}));
  EXPECT_EQ(tokens_of(cut, {1, 5}), (TokenRange{1, 4}));
}

TEST(TokensOfTest, SpaceThatNoTokenHoldsIsLeftOut) {
  const std::vector<CharRange> trimmed = {{0, 3}, {4, 7}, {8, 11}};
  EXPECT_EQ(tokens_of(trimmed, {3, 8}), (TokenRange{1, 2}));
  EXPECT_EQ(tokens_of(trimmed, {3, 4}), (TokenRange{1, 1}));
  EXPECT_EQ(tokens_of(trimmed, {11, 12}), (TokenRange{3, 3}));
}

TEST(TokensOfTest, AnEmptyRangeIsRefused) {
  EXPECT_THROW(static_cast<void>(tokens_of(kWords, {3, 3})), ContractViolation);
}

}  // namespace
}  // namespace at2
