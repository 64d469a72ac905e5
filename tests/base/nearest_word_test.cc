#include "base/nearest_word.h"

#include <gtest/gtest.h>

#include <array>

namespace at2 {
namespace {

constexpr std::array<std::string_view, 4> kWords = {"run", "status", "evaluate", "verify-model"};

TEST(NearestWordTest, EditDistanceCountsInsertionsDeletionsAndReplacements) {
  EXPECT_EQ(edit_distance("", "abc"), 3U);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
  EXPECT_EQ(edit_distance("steps", "step"), 1U);
  EXPECT_EQ(edit_distance("same", "same"), 0U);
}

TEST(NearestWordTest, MisspeltWordsAndBeginningsFindTheirWord) {
  EXPECT_EQ(nearest_word("rum", kWords), "run");
  EXPECT_EQ(nearest_word("stauts", kWords), "status");
  EXPECT_EQ(nearest_word("eval", kWords), "evaluate");
  EXPECT_EQ(nearest_word("verify_model", kWords), "verify-model");
}

TEST(NearestWordTest, OtherWordsFindNone) {
  EXPECT_EQ(nearest_word("", kWords), std::nullopt);
  EXPECT_EQ(nearest_word("ab", kWords), std::nullopt);
  EXPECT_EQ(nearest_word("shap", kWords), std::nullopt);
  EXPECT_EQ(nearest_word("attribution", kWords), std::nullopt);
}

TEST(NearestWordTest, SaysWhatToDoElse) {
  EXPECT_EQ(did_you_mean("rn", kWords, "see at2 help"), "did you mean run?");
  EXPECT_EQ(did_you_mean("shap", kWords, "see at2 help"), "see at2 help");
}

}  // namespace
}  // namespace at2
